#!/bin/sh
# corpus.sh OUTDIR: ten short tracks, one of each kind of file that people burn, and list.m3u8.
# About 5 s each, never a whole number of sectors; chords, sweeps and noise, loud enough to make the
# lossy ones go over full scale. Needs sox, flac, lame, oggenc, opusenc.
set -eu
out=${1:?usage: corpus.sh OUTDIR}
mkdir -p "$out"

# music RATE CHANNELS SECONDS FILE [SOX OUTPUT OPTIONS]: another tune for each length.
# Its six voices are spread over the channels so that no two channels are the same.
music() {
  rate=$1 seconds=$3 file=$4
  case $2 in
    1) mix='1,2v0.8,3v0.7,5v0.5,6v0.2' ;;
    2) mix='1,2v0.8,5v0.5,6v0.2 3,4v0.8,5v0.3,6v0.1' ;;
    6) mix='1 2 3 4 5 6v0.4' ;;
  esac
  shift 4
  # -R: sox's noise and dither are the same each time. $mix: one word a channel.
  # shellcheck disable=SC2086
  sox -R -V1 -r "$rate" -n "$@" "$file" \
    synth "$seconds" triangle 130.8 sawtooth 164.8 sine 196 square 261.6 sine 200-9000 \
    pinknoise tremolo 5 40 remix $mix norm -0.2
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
music 44100 2 5.0137 "$out/1 forty-four.wav" -b 16
flac -s -f -o "$out/1b forty-four.flac" "$out/1 forty-four.wav" 2>/dev/null
music 48000 2 4.7137 "$out/2 forty-eight.wav" -b 24
music 96000 2 4.4137 "$tmp/t.wav" -b 24
flac -s -f -T TITLE=Ninety-six -T ARTIST=Corpus -o "$out/3 ninety-six.flac" "$tmp/t.wav" 2>/dev/null
music 44100 2 5.3137 "$tmp/t.wav" -b 16
lame --quiet --cbr -b 192 --tt Lame --ta Corpus "$tmp/t.wav" "$out/4 lame.mp3"
music 48000 2 4.9137 "$tmp/t.wav" -b 16
oggenc -Q -s 7 -q 6 -t Vorbis -a Corpus -o "$out/5 vorbis.ogg" "$tmp/t.wav"
opusenc --quiet --serial 8 --bitrate 128 --title Opus --artist Corpus "$tmp/t.wav" "$out/6 opus.opus"
music 44100 1 4.6137 "$out/7 mono.aiff" -b 16
music 48000 6 4.8137 "$out/8 surround.wav" -b 16
music 22050 1 5.1137 "$out/9 eight-bit.wav" -b 8
{ echo '#EXTM3U'; for file in "$out"/[1-9]*' '*; do basename "$file"; done; } > "$out/list.m3u8"
