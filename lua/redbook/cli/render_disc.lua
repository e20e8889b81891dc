-- SPDX-License-Identifier: GPL-3.0-or-later
-- render.lua --bin-cue: a burn to the virtual recorder whose files get their names when all of
-- them are complete.

local core = require "redbook.core"
local failure = require "redbook.failure"
local folder = require "redbook.folder"
local lfs = require "lfs"
local recipe = require "redbook.recipe"
local sound = require "redbook.cli.sound"
local targets = require "redbook.recipe.targets"

-- The sheet comes last: as long as it is missing there is no disc. CD-TEXT and what precedes
-- sector 0 have files of their own, where there is any.
local FILES = { "disc.bin", "disc.cdt", "disc.pre", "disc.cue" }
local PART = "disc.cue.part"

local function in_folder(path)
  local list = {}
  for index, name in ipairs(FILES) do list[index] = path .. "/" .. name end
  return list
end

-- What is wrong with the sources or with what is asked for; all else is about the files.
local OWN = { arguments = true, source = true, space = true }

local function remove(part)
  for _, path in ipairs(in_folder(part)) do os.remove(path) end
  os.remove(part .. "/disc.cue.new")
  lfs.rmdir(part)
end

-- A recorder's failure speaks of a disc that is written to and of going on with it. Here is none.
local function without_disc(err, path)
  if err.stage == "interrupted" then
    return failure.interrupted(err.signal, "untouched", "interrupted while rendering")
  elseif OWN[err.stage] then
    return failure.new { stage = err.stage, code = err.code, name = err.name,
      message = err.message, advice = err.advice, problems = err.problems }
  end
  return targets.unwritable(path, err.message)
end

local function publish(part, out)
  local done = {}
  for _, name in ipairs(FILES) do
    local from, to = ("%s/%s"):format(part, name), ("%s/%s"):format(out, name)
    if lfs.attributes(from, "mode") then
      local ok, why = targets.rename(from, to)
      if not ok then
        for _, path in ipairs(done) do os.remove(path) end
        return nil, targets.unwritable(to, why)
      end
      done[#done + 1] = to
    end
  end
  return true
end

local function prepare(out, entries)
  local made, why = folder.make(out)
  if not made then
    return nil, failure.new { stage = "arguments", message = "cannot make the folder " .. why,
      advice = "choose another one with --out" }
  end
  local part = ("%s/%s"):format(out, PART)
  local wanted = in_folder(out)
  table.insert(wanted, 1, table.remove(wanted)) -- the sheet is what people look for
  wanted[#wanted + 1] = part
  local ok, err = targets.check(wanted, entries)
  if not ok then return nil, err end
  ok, why = lfs.mkdir(part)
  if not ok then return nil, targets.unwritable(part, why) end
  return part
end

---Writes disc.bin, disc.cue and what else the disc has, all of them or none.
---@param out string folder
---@param found { entries: redbook.Entry[], catalog: string? }
---@param options table of the command line, and `stop`
---@param on_event fun(event: table) those of `burn_playlist`
---@return table? result of `burn_playlist`, and `path` of the sheet
---@return redbook.Failure? err
return function(out, found, options, on_event)
  out = out:gsub("(.)/+$", "%1")
  local part, err = prepare(out, found.entries)
  if not part then return nil, err end
  local _part <close> = setmetatable({}, { __close = function() remove(part) end })
  local path = out .. "/disc.cue"
  local id = "virtual:" .. (part .. "/disc.cue"):gsub("[%%?]", function(c)
    return ("%%%02X"):format(c:byte())
  end)
  local recorder, why = core.Recorder(id)
  if not recorder then return nil, failure.from(why, "arguments") end
  local result
  result, err = recipe.burn_playlist(recorder, found.entries, sound.copy(options, {
    client_name = "redbook render.lua", catalog = found.catalog, stop = options.stop }), on_event)
  recorder:Close()
  if not result then return nil, without_disc(err, path) end
  local ok
  ok, err = publish(part, out)
  if not ok then return nil, err end
  result.path = path
  return result
end
