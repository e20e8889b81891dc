-- SPDX-License-Identifier: GPL-3.0-or-later
-- vdrive.lua: a virtual drive as the device node of another program.

local advice = require "redbook.cli.advice"
local argparse = require "argparse"
local args = require "redbook.cli.args"
local cjson = require "cjson"
local common = require "redbook.cli.common"
local core = require "redbook.core"
local exit = require "redbook.cli.exit"
local failure = require "redbook.failure"
local report = require "redbook.report"
local terminal = require "redbook.cli.terminal"
local traced = require "redbook.cli.traced"

local vdrive = {}

local function minutes(value)
  local number = math.tointeger(tonumber(value))
  return number, number == nil and ("--minutes %s: 74, 80, 90 or 99"):format(value) or nil
end

local function seconds(value)
  local number = tonumber(value)
  if not number or number < 0 or number > 86400 or number ~= number then
    return nil, ("--ready %s: a number of seconds, up to 86400"):format(value)
  end
  return number
end

local function path(value)
  if value:sub(1, 1) == "/" then return value end
  return nil, ("--device %s: a path that begins with /"):format(value)
end

---@return table parser of argparse
function vdrive.parser()
  local parser = argparse("vdrive.lua",
    "Runs a program that finds a virtual CD recorder at /dev/sr0, whatever is there on this "
      .. "machine. The program must be linked dynamically, and not be setuid.")
    :add_help(false):usage_max_width(79):help_max_width(79)
    :usage "Usage: vdrive.lua [OPTION]... -- COMMAND [ARGUMENT]..."
    :epilog("Example: vdrive.lua --disc disc.cue -- cdrskin -v dev=/dev/sr0 -tao -audio a.wav\n\n"
      .. "Exit: as COMMAND, 128 and more when a signal ended it; 126, 127 when it cannot be run; "
      .. "2 usage; 3 when there can be no such drive.")
  parser:group("The drive",
    parser:option("--device", "Path at which COMMAND finds the drive."):argname "PATH"
      :default "/dev/sr0":convert(path),
    parser:option("--personality", "How the drive behaves where drives differ.")
      :argname "NAME",
    parser:option("--clock", "'simulated': nobody waits for the laser; 'real': everything takes "
      .. "as long as it would."):choices { "simulated", "real" }:default "simulated",
    parser:option("--faults", "Make the drive fail: a JSON array of what AddFault takes.")
      :argname "FILE",
    parser:flag("--filter", "Refuse the commands that Linux refuses users without "
      .. "CAP_SYS_RAWIO."))
  parser:group("The disc",
    parser:option("--disc", "The disc in it, a .cue (README, 'The virtual recorder and its "
      .. "files'); a new name is a blank disc. Without it the drive is empty."):argname "FILE",
    parser:option("--medium", "cd-r (default for a new disc), cd-rw, pressed."):argname "MEDIUM",
    parser:option("--minutes", "74, 80 (default for a new disc), 90, 99."):argname "N"
      :convert(minutes),
    parser:option("--ready", "Seconds until the disc is ready."):argname "SECONDS"
      :convert(seconds))
  parser:group("What to show",
    parser:option("--trace", "Write every command to the drive to FILE (NDJSON)."):argname "FILE",
    parser:flag("--help", "Show this text."),
    parser:flag("--version", "Show the version."))
  return parser
end

---@param words string[] the command line
---@return table? options named as the long options
---@return string[]|string command COMMAND and its arguments, or what is wrong
function vdrive.parse(words)
  local own, command = {}, nil
  for index, word in ipairs(words) do
    if word == "--" then
      command = table.move(words, index + 1, #words, 1, {})
      break
    end
    own[index] = word == "-h" and "--help" or word
  end
  local ok, options = vdrive.parser():pparse(own)
  if not ok then return nil, options end
  if options.help or options.version then return options, {} end
  if not command or #command == 0 then return nil, "write -- and a COMMAND behind the options" end
  return options, command
end

-- The array of faults in a file, or nil and a sentence.
local function read_faults(name)
  local file, problem = io.open(name, "r")
  if not file then return nil, problem end
  local text = file:read "a" or ""
  file:close()
  local ok, list = pcall(cjson.decode, text)
  if not ok then return nil, ("%s: no JSON: %s"):format(name, list) end
  if type(list) ~= "table" or (next(list) ~= nil and list[1] == nil) then
    return nil, name .. ": a JSON array of faults expected"
  end
  return list
end

local function add_faults(drive, name)
  local list, problem = read_faults(name)
  if not list then return nil, problem end
  for index, fault in ipairs(list) do
    local ran, ok, err = pcall(drive.AddFault, drive, fault)
    if not ran or not ok then
      return nil, ("%s: fault %d: %s"):format(name, index, tostring(ran and err or ok))
    end
  end
  return true
end

-- Only what differs from the drive's own default is asked for.
local function make_drive(options)
  local settings = { path = options.disc, medium = options.medium, minutes = options.minutes,
    personality = options.personality, ready = options.ready,
    clock = options.clock ~= "simulated" and options.clock or nil }
  local ran, drive, err = pcall(core.VirtualRecorder, settings)
  if not ran then return nil, drive end
  if not drive then return nil, err.message end
  if options.faults then
    local ok, problem = add_faults(drive, options.faults)
    if not ok then return nil, problem end
  end
  return drive
end

local HELP = "vdrive.lua --help lists the options"
local OTHER_DRIVE = "change what the drive is to be like; " .. HELP
local OTHER_PROGRAM = "name a program that can be run behind --"

-- In the three lines of all programs; there is no --json here.
local function complain(problem, code, cure)
  local look = terminal.look({}, os.getenv)
  look.program, look.looks = "vdrive", true
  report.text(look) { event = "error", exit = code, err = failure.new { stage = "arguments",
    message = args.one_line(tostring(problem)), advice = cure } }
  return code
end

local function run(options, command)
  local drive, problem = make_drive(options)
  if not drive then return complain(problem, exit.DEVICE, OTHER_DRIVE) end
  local server <close>, err = drive:Serve { trace = options.trace, filter = options.filter }
  if not server then
    local code = advice.is_of_trace(err, options.trace) and exit.USAGE or exit.DEVICE
    return complain(err.message, code, err.advice or OTHER_DRIVE)
  end
  local code, why, number = server:Run(command, options.device)
  traced("vdrive", options.trace, { server }, function() end)
  if code then return code end
  return complain(why, number, OTHER_PROGRAM)
end

---Does what a command line asks for.
---@param words string[] the command line
---@return integer exit code
function vdrive.main(words)
  local options, command = vdrive.parse(words)
  if not options then
    return complain(command, exit.USAGE, HELP)
  elseif options.help or options.version then
    return common.print("vdrive", options.help and vdrive.help() or "redbook " .. core.version)
  end
  return run(options, command)
end

---@return string text of --help
function vdrive.help()
  return vdrive.parser():get_help()
end

return vdrive
