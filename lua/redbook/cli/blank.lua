-- SPDX-License-Identifier: GPL-3.0-or-later
-- blank.lua: erases a CD-RW.

local common = require "redbook.cli.common"
local failure = require "redbook.failure"
local inhibit = require "redbook.cli.inhibit"
local recipe = require "redbook.recipe"
local waiting = require "redbook.cli.waiting"

local COUNTDOWN = 5

local function define(parser)
  parser:group("What to do",
    parser:flag("--full", "Erase all of the disc: as long as writing it full. Default: only what "
      .. "makes it readable, about a minute."),
    parser:flag("--yes", "No countdown before erasing; needed where no terminal shows one."),
    parser:flag("--no-inhibit", "Do not keep the machine awake meanwhile."),
    waiting.define(parser))
end

-- cdrecord's names of the two ways; its others leave a part of the disc.
local KINDS = { all = "--full", disc = "--full", disk = "--full", full = "--full",
  fast = false, minimal = false, quick = false }

local function rewrite_word(word)
  local kind = word:match "^%-?%-?blank=(.*)$"
  if kind then
    if KINDS[kind] ~= nil then return KINDS[kind] end
    return nil, ("'%s': blank=fast (quick) or blank=all (everything) can be had"):format(word)
  elseif word:find "^%-?%-?speed=" then
    return nil, ("'%s': the drive chooses at which speed it erases"):format(word)
  end
  return waiting.rewrite(word)
end

local function rewrite(words)
  local list = {}
  for _, word in ipairs(words) do
    local new, problem = rewrite_word(word)
    if problem then return nil, problem end
    if new then list[#list + 1] = new end
  end
  return list
end

-- The last chance to stop, for someone who looks at it; nobody else is asked.
local function confirm(job, show)
  if job.options.yes then return true end
  if not job.tty or job.options.quiet then
    return nil, failure.new { stage = "arguments", message = "the disc is not blank, and without "
      .. "--yes nothing is erased where no terminal shows it", advice = "add --yes to erase it" }
  end
  for seconds = COUNTDOWN, 1, -1 do
    show { event = "countdown", seconds = seconds, what = "Erasing" }
    local signal = job.trap.pause(1)
    if signal then
      return nil, failure.interrupted(signal, "untouched", "interrupted before anything was "
        .. "erased")
    end
  end
  return true
end

local function run(job)
  local recorder, err = job:recorder()
  if not recorder then return nil, err end
  local options = job.options
  local function show(event)
    job:emit(event)
    job.show(event)
  end
  show { event = "begin", version = require("redbook.core").version, device = job.device }
  local _ <close> = inhibit.hold("Erasing a CD-RW", { job.device }, options, function(line)
    job:say(line)
  end)
  local result
  result, err = recipe.erase_disc(recorder, { full = options.full or false,
    client_name = "redbook blank.lua",
    wait = { limit = options.wait, insertion = options.wait ~= nil, pause = job.trap.pause },
    stop = function() return job.trap.pause(0) end,
    confirm = function() return confirm(job, show) end }, show)
  job.clear()
  return result and true, err
end

return common.program {
  name = "blank", summary = "Erases a CD-RW, in whatever state it is.", usage = "[OPTION]...",
  epilog = "cdrecord's dev=, blank=fast and blank=all mean what they mean there. Once the drive "
    .. "has begun nothing can stop it.\n\nExit: 0 the disc is blank; 2 usage; 3 no such drive; 4 "
    .. "no permission or busy; 5 no disc, or none that can be erased; 10 erasing failed; 130, "
    .. "143, 129 interrupted.",
  device = true, events = true, signals = true, define = define, rewrite = rewrite, run = run,
}
