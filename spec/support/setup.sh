#!/bin/sh
# setup.sh GROUP...: installs what is missing of these groups of Debian packages.
# Asks nothing. When nothing is missing it neither needs the network nor a privilege.
# shellcheck disable=SC2086 # lists of package names are split on purpose
set -eu

run='gcc libc6-dev pkg-config lua5.4 liblua5.4-dev libsndfile1-dev libsoxr-dev libcdio-dev nettle-dev
     libebur128-dev libopus-dev libogg-dev
     lua-cjson lua-argparse lua-filesystem lua-expat libcdio-utils'
test='lua-busted libcmocka-dev luarocks sox flac lame vorbis-tools opus-tools ffmpeg cdrskin
      lua-luv lua-cqueues lua-socket procps wodim cdrdao cdparanoia cd-paranoia icedax cd-discid
      libdiscid-dev python3-mutagen python3-jsonschema tmux zsh fish mandoc groff-base
      atomicparsley wavpack librsvg2-bin libxml2-utils fonts-dejavu-core'
lint='clang clang-tidy clang-format cppcheck lua-check lua5.1 luarocks shellcheck git'
long='clang valgrind'
bench='libsox-fmt-mp3'
coverage='gcovr'
doc='lua-ldoc'

wanted=
for group in "$@"; do
  case $group in
    run) wanted="$wanted $run" ;;
    test) wanted="$wanted $run $test" ;;
    lint) wanted="$wanted $run $test $lint" ;;
    long) wanted="$wanted $run $test $long" ;;
    bench) wanted="$wanted $run $test $bench" ;;
    coverage) wanted="$wanted $run $test $coverage" ;;
    doc) wanted="$wanted $run $doc" ;;
    *) echo "setup.sh: no group of packages is called '$group'" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "This is no Debian; these packages (or what they hold) are needed:" >&2
  echo $wanted | fmt -w 90 >&2
  exit 0
fi

missing=
for package in $wanted; do
  case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
    'install ok installed') ;;
    *) case " $missing " in *" $package "*) ;; *) missing="$missing $package" ;; esac ;;
  esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=
elif command -v sudo >/dev/null && sudo true; then
  as_root=sudo
else
  echo "These packages are missing:$missing" >&2
  echo "Run this as root once: apt-get install -y --no-install-recommends$missing" >&2
  exit 1
fi

echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -qq update </dev/null
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get -qq install -y --no-install-recommends -o Dpkg::Use-Pty=0 $missing </dev/null
