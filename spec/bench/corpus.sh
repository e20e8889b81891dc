#!/bin/sh
# corpus.sh PROGRAM OUTDIR SCALE: thirteen tracks of all kinds that people burn, 72.5 minutes at
# SCALE 1, made by PROGRAM (corpus.c) and the encoders, and corpus.m3u8. Made once: a folder that
# is complete is left alone. Needs flac, lame, oggenc, opusenc.
set -eu
program=$1 out=$2 scale=$3
[ ! -f "$out/corpus.m3u8" ] || exit 0
rm -rf "$out"
mkdir -p "$out/tmp"
echo "corpus.sh: making $out once" >&2

# Never a whole number of sectors.
seconds() { awk "BEGIN { printf \"%.4f\", $1 * $scale + 0.0137 }"; }
# make FILE FORMAT RATE CHANNELS SECONDS KIND SEED
make() { "$program" "$1" "$2" "$3" "$4" "$(seconds "$5")" "$6" "$7"; }

t="$out/tmp/t.wav"
make "$out/01-wav-44k16.wav" wav16 44100 2 360 loud 1
make "$out/02-wav-48k24.wav" wav24 48000 2 330 loud 2
make "$t" wav24 96000 2 330 quiet 3
flac --totally-silent -5 -T TITLE='Ninety-six' -T ARTIST=Corpus -T REPLAYGAIN_TRACK_GAIN='+4.20 dB' \
  -o "$out/03-flac-96k24.flac" "$t"
make "$t" wav16 44100 2 420 loud 4
flac --totally-silent -5 -T TITLE='Forty-four' -T ARTIST=Corpus -T REPLAYGAIN_TRACK_GAIN='-8.10 dB' \
  -o "$out/04-flac-44k16.flac" "$t"
make "$t" wav16 44100 2 390 loud 5
lame --quiet --cbr -b 320 --tt 'Three twenty' --ta Corpus "$t" "$out/05-mp3-cbr320.mp3"
make "$t" wav16 48000 2 330 loud 6
lame --quiet -V 2 --tt Variable --ta Corpus "$t" "$out/06-mp3-v2-48k.mp3"
make "$t" wav16 48000 2 360 loud 7
oggenc -Q -s 7 -q 6 -t Vorbis -a Corpus -o "$out/07-vorbis-48k.ogg" "$t"
make "$t" wav16 48000 2 360 sweep 8
opusenc --quiet --serial 8 --bitrate 128 --title Opus --artist Corpus "$t" "$out/08-opus-48k.opus"
make "$out/09-aiff-44k16-mono.aiff" aiff16 44100 1 330 both 9
make "$out/10-wav-192k-float.wav" wavf 192000 2 180 sweep 10
make "$out/11-wav-22k-u8-mono.wav" wav8 22050 1 300 talk 11
make "$out/12-wav-48k16-surround.wav" wavex16 48000 6 240 loud 12
make "$t" wav16 48000 2 420 quiet 13
flac --totally-silent -5 -T TITLE='Forty-eight' -T ARTIST=Corpus -o "$out/13-flac-48k16.flac" "$t"
rm -r "$out/tmp"
( cd "$out" && { echo '#EXTM3U'; printf '%s\n' [0-9]*; } >corpus.tmp && mv corpus.tmp corpus.m3u8 )
