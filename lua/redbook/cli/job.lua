-- SPDX-License-Identifier: GPL-3.0-or-later
-- One burn as a command line of burn.lua asks for it: from options to exit code, told as events.

local advice = require "redbook.cli.advice"
local core = require "redbook.core"
local device = require "redbook.cli.device"
local discs = require "redbook.cli.discs"
local exit = require "redbook.cli.exit"
local failure = require "redbook.failure"
local inhibit = require "redbook.cli.inhibit"
local lists = require "redbook.cli.lists"
local manifest = require "redbook.manifest"
local recipe = require "redbook.recipe"
local redbook = require "redbook"
local sets = require "redbook.cli.sets"
local several = require "redbook.cli.several"
local sound = require "redbook.cli.sound"
local terminal = require "redbook.cli.terminal"
local text = require "redbook.playlist.text"
local traced = require "redbook.cli.traced"

-- How long a disc that lies in the drive may take to become ready.
local READY_SECONDS = 60
local COUNTDOWN = 5

local Job = {}
Job.__index = Job

function Job:entries()
  local found, err = lists.collect(self.options, function(remark)
    self.emit { event = "remark", message = remark }
  end)
  if not found then return nil, err end
  self.catalog, self.title = found.catalog, found.title
  return found.entries
end

-- A plan without a device named on purpose asks no drive at all.
function Job:recorder()
  local options = self.options
  if self.opened then return self.opened end
  if options.plan and not options.device and (os.getenv "CDR_DEVICE" or "") == "" then
    return nil
  end
  local id, err = device.choose(options.device, os.getenv, device.connected)
  if not id then return nil, err end
  self.device = id
  local recorder, problem = core.Recorder(id, { trace = options.trace })
  if not recorder then return nil, failure.from(problem, "device", { disc = "untouched" }) end
  self.drives[#self.drives + 1] = recorder
  return recorder
end

-- The last chance to stop, for someone who looks at it.
function Job:confirm(pause)
  local options = self.options
  local watched = terminal.is_tty(options.json and 2 or 1)
  if options.yes or options.dummy or options.quiet or not watched then return true end
  for seconds = COUNTDOWN, 1, -1 do
    self.emit { event = "countdown", seconds = seconds }
    local signal = pause(1)
    if signal then
      return nil, failure.interrupted(signal, "untouched", "interrupted before anything was "
        .. "written")
    end
  end
  return true
end

-- Options that hold for going on with the burn, too.
local function flags(options)
  local list = {}
  for _, name in ipairs { "hidden_track", "no_embedded_cue", "multi", "keep_open", "no_verify" } do
    if options[name] then list[#list + 1] = "--" .. name:gsub("_", "-") end
  end
  table.move(sound.flags(options), 1, 5, #list + 1, list)
  if options.manifest then list[#list + 1] = "--manifest=" .. options.manifest end
  return list
end

-- How it is burned, as the recipes take it.
function Job:settings()
  local options, trap = self.options, self.trap
  return sound.copy(options, { client_name = "redbook burn.lua", speed = options.speed,
    simulate = options.dummy, catalog = self.catalog,
    multi = options.multi, keep_open = options.keep_open, append = options.append,
    eject = options.eject, plan_only = options.plan, no_verify = options.no_verify,
    render_ahead = options.render_ahead,
    wait = { limit = options.wait or READY_SECONDS, insertion = options.wait ~= nil,
      pause = trap.pause },
    stop = function() return trap.pause(0) end,
    confirm = function() return self:confirm(trap.pause) end,
    commands = { device = self.device, sources = not options.parts and options.files or nil,
      flags = flags(options),
      prefix = advice.prefix(arg and arg[0], os.getenv "PATH") } })
end

-- While a medium is being prepared the machine must not fall asleep.
function Job:stay_awake(ids)
  local options = self.options
  return not options.plan and inhibit.hold("Burning an audio CD", ids, options, function(line)
    self.emit { event = "remark", name = "inhibit", message = line }
  end) or nil
end

function Job:burn(entries)
  local options = self.options
  if sets.wanted(options) then return sets.burn(self, entries) end
  if discs.wanted(options) then return several.burn(self, entries) end
  local recorder, err = self:recorder()
  if err then return nil, err end
  self.emit { event = "begin", version = redbook.version, device = self.device,
    simulate = options.dummy or false, plan_only = options.plan or false }
  local _ <close> = self:stay_awake { self.device }
  local record, settings = self.manifest, self:settings()
  self.drive = recorder
  settings.on_written = record and function(written, track) record:written(written, track) end
  return recipe.burn_playlist(recorder, entries, settings, record and function(event)
    record:event(event, recorder)
    self.emit(event)
  end or self.emit)
end

-- A file that cannot be written is found before anything is burned.
function Job:open_manifest()
  local options = self.options
  local path = not sets.wanted(options) and options.manifest
  if not path and not self.recording then return nil end
  local ok, err = true, nil
  if path then ok, err = core.replace_file(path) end
  if ok and path and not manifest.read.replaceable(path) then
    ok, err = nil, { message = path .. " would destroy a file that is no manifest" }
  end
  if not ok then
    return failure.from(err, "arguments", { disc = "untouched", message = "the manifest "
      .. err.message, advice = "name a file for --manifest that you may write, in a folder that "
      .. "is there" })
  end
  self.manifest = manifest.new(sound.copy(options, { speed = options.speed,
    simulate = options.dummy or false, multi = options.multi or false,
    keep_open = options.keep_open or false, append = options.append or false,
    verify = not options.no_verify, plan_only = options.plan or false,
    catalog = self.catalog }))
end

-- Also after a failure: its result tells.
function Job:write_manifest(code, result, err)
  if not self.manifest then return end
  local data = self.manifest:finish(code, { result = result, err = err, recorder = self.drive })
  self.record = data
  if not self.options.manifest then return end
  local ok, problem = core.replace_file(self.options.manifest, manifest.encode(data))
  if ok then return end
  io.stderr:write("burn.lua: the manifest ", text.printable(problem.message), "\n")
  self.emit { event = "remark", name = "manifest", message = "the manifest "
    .. problem.message }
end

function Job:run()
  local entries, result
  local err = self:open_manifest()
  if not err and not self.options.resume then entries, err = self:entries() end
  if not err then result, err = self:burn(entries) end
  local code = exit.OK
  if not result then
    self.err = err
    advice.fit(err, { device = self.device or self.options.device, trace = self.options.trace })
    code = exit.code(err, self.options)
    if not err.told then
      self.emit { event = "error", exit = code, err = err, simulate = self.options.dummy or false }
    end
  end
  self:write_manifest(code, result, err)
  traced("burn", self.options.trace, self.drives, self.emit)
  return code
end

---@param options table of args.parse
---@param emit fun(event: table) gets the events of the burn, without "end"
---@param trap { pause: fun(seconds: number): string? } of cli/signals.lua
---@return table job `run` burns it and gives the exit code; before it `opened` may be set to a
---recorder that is to be used, with `device`, its id, and `recording` to have a manifest's data as
---`record` afterwards, beside `err`
return function(options, emit, trap)
  return setmetatable({ options = options, emit = emit, trap = trap, drives = {} }, Job)
end
