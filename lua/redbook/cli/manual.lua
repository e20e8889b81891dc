-- SPDX-License-Identifier: GPL-3.0-or-later
-- What manual pages say beyond --help: by program, paragraphs and examples. A program without an
-- entry gets a page all the same.

local manual = {}

---@class redbook.Manual
---@field text string[]? paragraphs behind the summary
---@field examples { command: string, text: string }[]?
---@field environment string[]? names of `manual.ENVIRONMENT` that it heeds, besides those of all

manual.PROGRAMS = {
  burn = {
    text = { "Every source is decoded once before anything is written: what cannot be decoded, or "
      .. "is cut off, is refused by name. Then the plan is shown (tracks, lengths, starts, gaps, "
      .. "free space), and the disc is burned, closed, read back and compared.",
      "Nothing is ever written to a disc that is not blank, unless --append is given. The drive is "
      .. "let go whatever happens; a burn that failed leaves the disc open, and the message says "
      .. "how to go on with it.",
      "On a terminal one line tells of the track, its time, the speed, and how full the FIFO and "
      .. "the drive's buffer are. INT, TERM and HUP end a burn in order." },
    examples = {
      { command = "burn.lua playlist.m3u",
        text = "Burns a playlist on the only recorder there is." },
      { command = "burn.lua --plan album.cue",
        text = "Shows what would be burned; needs no drive." },
      { command = "burn.lua --device virtual:mix.cue one.flac two.mp3",
        text = "Burns to a disc in files." },
      { command = "burn.lua --dummy --speed 8 playlist.m3u",
        text = "Tries everything but the laser." },
      { command = "burn.lua --write-job in/mix.json --gain album mix.m3u",
        text = "Writes it down, to be burned by --job, or by watch.lua." },
    },
    environment = { "CDR_DEVICE", "TMPDIR" },
  },
  rescue = {
    text = { "A burn may have been cut off by a crash, a power cut, or a drive that gave up, "
      .. "redbook's own or another program's. Before anything is closed the drive is waited for; "
      .. "afterwards every track that was complete before is looked for." },
    examples = {
      { command = "rescue.lua", text = "Tells what state the disc is in, and what helps." },
      { command = "rescue.lua --continue playlist.m3u",
        text = "Burns what of the playlist is not on the disc yet, and closes it." },
      { command = "rescue.lua --close", text = "Closes the disc, so that it plays." },
    },
    environment = { "CDR_DEVICE", "TMPDIR" },
  },
  blank = {
    text = { "It shows what is on the disc, counts down on a terminal, and afterwards asks the "
      .. "drive whether the disc is blank. A CD-R cannot be erased." },
    examples = { { command = "blank.lua --yes", text = "Erases what makes the disc readable." } },
    environment = { "CDR_DEVICE" },
  },
  watch = {
    text = { "A job is taken when a blank disc is in the drive, by renaming it into working/. A "
      .. "disc that is not blank is given back; nothing is ever appended to or erased. A disc that "
      .. "was written is ejected.",
      "Each job gets exactly one result, mix.result.json for mix.json, beside it in done/ or "
      .. "failed/. After kill -9 or a crash the next watch.lua gives the interrupted job its "
      .. "result, and does not burn it again." },
    examples = {
      { command = "watch.lua --device /dev/sr0 in", text = "Burns what comes into the folder in." },
      { command = "watch.lua --once --quiet in", text = "Burns what is there; for cron." },
    },
    environment = { "CDR_DEVICE", "TMPDIR" },
  },
  verify = { examples = {
    { command = "burn.lua --manifest mix.json mix.m3u", text = "Writes the manifest." },
    { command = "verify.lua /dev/sr0 mix.json", text = "Compares the disc, years later." } } },
  render = { examples = { { command = "render.lua --out album playlist.m3u",
    text = "Writes what a burn would write, as files." } }, environment = { "TMPDIR" } },
  discinfo = { examples = {
    { command = "discinfo.lua", text = "The disc in the only drive there is." },
    { command = "discinfo.lua album.cue", text = "An image of a disc." } },
    environment = { "CDR_DEVICE" } },
  doctor = { examples = { { command = "doctor.lua --device /dev/sr0",
    text = "Says why this drive cannot be used." } }, environment = { "CDR_DEVICE" } },
}

-- In every page: all programs write to terminals.
manual.ALWAYS = { "COLUMNS", "NO_COLOR", "TERM", "LC_ALL, LC_CTYPE, LANG" }

manual.ENVIRONMENT = {
  CDR_DEVICE = "The drive, when --device is not given.",
  COLUMNS = "Columns of the terminal, instead of what it says itself.",
  NO_COLOR = "When it is set to anything, nothing is coloured.",
  TERM = "On a \"dumb\" terminal nothing is coloured and no line is redrawn.",
  ["LC_ALL, LC_CTYPE, LANG"] = "Without UTF-8 in the first one that is set, a terminal gets ASCII.",
  TMPDIR = "Where decoded sound is kept; default /var/tmp.",
}

manual.FILES = {
  { name = "/run/lock/redbook-MAJOR:MINOR",
    text = "Held, by flock(2), by who burns with a drive." },
}

return manual
