-- SPDX-License-Identifier: GPL-3.0-or-later
-- What happens to the sound: options that burn.lua, render.lua and rescue.lua --continue share.

local sound = {}

local NAMES = { "gain", "clip", "quality", "dither" }
local CHOICES = {
  gain = { "off", "track", "album" },
  clip = { "clamp", "scale-track", "scale-disc", "limit" },
  quality = { "hq", "vhq" },
  dither = { "tpdf", "shaped", "none" },
}

---Adds them to a command line.
---@param parser table of argparse
---@return table ... the options, for a group of its help
function sound.define(parser)
  return parser:option("--gain", "Bring tracks, or albums as they are, to one loudness (ReplayGain "
      .. "2, -18 LUFS): by their tags, else as measured. Default: off.")
      :argname "MODE":choices(CHOICES.gain),
    parser:option("--clip", "What is done about samples beyond full scale: clamp (default), turn "
      .. "the track or the whole disc down until they fit, or limit.")
      :argname "HOW":choices(CHOICES.clip),
    parser:option("--quality", "Of a change of the sample rate: hq (default) or vhq.")
      :argname "Q":choices(CHOICES.quality),
    parser:option("--dither", "tpdf (default), shaped to where ears hear less, or none.")
      :argname "D":choices(CHOICES.dither),
    parser:flag("--gapless", "The tracks of an album are one continuous sound, cut on the disc's "
      .. "sectors, also where no tag and no cue sheet says so.")
end

---Whether any of them is on the command line.
---@param options table
---@return boolean
function sound.given(options)
  for _, name in ipairs(NAMES) do
    if options[name] then return true end
  end
  return options.gapless == true
end

---@param options table of a command line
---@param into table options of a recipe, which gets them
---@return table into
function sound.copy(options, into)
  for _, name in ipairs(NAMES) do into[name] = options[name] end
  into.gapless = options.gapless
  return into
end

---What was asked for before, where nothing is asked for now. A stranger's words are passed over.
---@param options table of a command line
---@param settings table of a manifest
function sound.adopt(options, settings)
  for name, known in pairs(CHOICES) do
    for _, word in ipairs(known) do
      if options[name] == nil and settings[name] == word then options[name] = word end
    end
  end
  if options.gapless == nil and settings.gapless == true then options.gapless = true end
end

---The words that ask for the same again.
---@param options table
---@return string[]
function sound.flags(options)
  local list = {}
  for _, name in ipairs(NAMES) do
    if options[name] then list[#list + 1] = ("--%s=%s"):format(name, options[name]) end
  end
  if options.gapless then list[#list + 1] = "--gapless" end
  return list
end

return sound
