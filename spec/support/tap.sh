#!/bin/sh
# tap.sh FILE NAME COMMAND...: runs a test program and keeps its TAP output in FILE. A program
# that fails without a "not ok" line (a crash, a sanitizer's report, $TEST_TIMEOUT seconds
# without an end) gets one.
# With -1 before FILE the program speaks no TAP: its exit code is the one result.
set -u
single=
if [ "$1" = -1 ]; then single=1; shift; fi
file=$1 name=$2
shift 2
mkdir -p "$(dirname "$file")"

CMOCKA_MESSAGE_OUTPUT=tap timeout -k 10 "${TEST_TIMEOUT:-900}" "$@" >"$file.part" 2>&1 </dev/null
code=$?

if [ -n "$single" ]; then
  { sed 's/^/# /' "$file.part"
    if [ $code = 0 ]; then echo "ok 1 - $name"; else echo "not ok 1 - $name"; fi; } >"$file"
else
  cp "$file.part" "$file"
  if [ $code != 0 ] && ! grep '^not ok' "$file" | grep -qv '# SKIP'; then
    echo "not ok - $name ended with code $code" >>"$file"
  fi
fi
rm -f "$file.part"

if [ $code = 0 ]; then
  echo "  ok      $name"
else
  echo "  FAILED  $name (exit code $code)"
  sed 's/^/    /' "$file" | grep -v '^    ok ' | tail -n 60
fi
exit 0
