# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tags with mutagen, which shares no code with redbook: tagger.py FILE KIND FIELDS.

KIND: vorbis, id3v2.3-N, id3v2.4-N (N = text encoding), apev2, mp4, wave, aiff.
FIELDS: a file of JSON, names as AudioSource.Tags has them; lists where there are several values.
"""
import json
import sys

import mutagen.aiff
import mutagen.apev2
import mutagen.id3
import mutagen.mp4
import mutagen.wave

FRAMES = {"title": "TIT2", "artist": "TPE1", "album": "TALB", "album_artist": "TPE2",
          "composer": "TCOM", "genre": "TCON", "track_number": "TRCK", "disc_number": "TPOS",
          "isrc": "TSRC", "date": "TDRC"}
ITEMS = {"title": "\xa9nam", "artist": "\xa9ART", "album": "\xa9alb", "album_artist": "aART",
         "composer": "\xa9wrt", "genre": "\xa9gen", "date": "\xa9day", "comment": "\xa9cmt"}


def values(value):
    return value if isinstance(value, list) else [value]


def plain(names, fields):
    """Names as Vorbis comments and APE items have them."""
    return {names.get(name, name.upper()): values(value) for name, value in fields.items()}


def frames(tags, fields, encoding):
    for name, value in fields.items():
        if name == "comment":
            tags.add(mutagen.id3.COMM(encoding=encoding, lang="eng", desc="", text=value))
            tags.add(mutagen.id3.COMM(encoding=encoding, lang="eng", desc="iTunNORM",
                                      text=" 00000"))
        elif name in FRAMES:
            frame = getattr(mutagen.id3, FRAMES[name])
            tags.add(frame(encoding=encoding, text=values(value)))
        else:
            name = {"gapless": "ITUNPGAP", "cue_sheet": "CUESHEET"}.get(name, name)
            tags.add(mutagen.id3.TXXX(encoding=encoding, desc=name, text=values(value)))
    # A cover, which is to be stepped over; full of FFh, so that unsynchronisation has work.
    tags.add(mutagen.id3.APIC(encoding=0, mime="image/png", type=3, desc="",
                              data=b"\xff\x00\xff\xe0" * 20000))


def mp4(tags, fields):
    for name, value in fields.items():
        if name in ITEMS:
            tags[ITEMS[name]] = values(value)
        elif name in ("track_number", "disc_number"):
            number, _, of = value.partition("/")
            tags["trkn" if name[0] == "t" else "disk"] = [(int(number), int(of or 0))]
        elif name == "gapless":
            tags["pgap"] = value == "1"
        else:
            name = {"cue_sheet": "CUESHEET", "isrc": "ISRC"}.get(name, name)
            tags["----:com.apple.iTunes:" + name] = [
                mutagen.mp4.MP4FreeForm(text.encode()) for text in values(value)]
    tags["covr"] = [mutagen.mp4.MP4Cover(b"\x89PNG" + b"\xff" * 70000)]


def main(path, kind, fields):
    version = kind[4:7]
    if kind == "vorbis":
        file = mutagen.File(path)
        file.delete()
        file.update(plain({"track_number": "TRACKNUMBER", "disc_number": "DISCNUMBER",
                           "album_artist": "ALBUMARTIST", "cue_sheet": "CUESHEET",
                           "gapless": "ITUNPGAP"}, fields))
        file.save()
    elif kind == "apev2":
        tags = mutagen.apev2.APEv2()
        tags.update(plain({"album_artist": "Album Artist", "track_number": "Track",
                           "disc_number": "Disc", "date": "Year", "cue_sheet": "Cuesheet",
                           "gapless": "ITUNPGAP"}, fields))
        tags.save(path)
    elif kind == "mp4":
        file = mutagen.mp4.MP4(path)
        mp4(file, fields)
        file.save()
    elif version in ("2.3", "2.4"):
        tags = mutagen.id3.ID3()
        frames(tags, fields, int(kind[-1]))
        if version == "2.3":
            tags.update_to_v23()
        tags.save(path, v1=0, v2_version=int(version[2]), v23_sep=None)
    else:
        file = {"wave": mutagen.wave.WAVE, "aiff": mutagen.aiff.AIFF}[kind](path)
        file.add_tags()
        frames(file.tags, fields, 3)
        file.save()


with open(sys.argv[3], encoding="utf-8") as text:
    main(sys.argv[1], sys.argv[2], json.load(text))
