-- SPDX-License-Identifier: GPL-3.0-or-later
-- While a disc is being written the machine must not fall asleep: a block of logind's, held by
-- systemd-inhibit(1) for as long as a pipe to it is open. Where there is no systemd, no logind, or
-- no permission, nothing is held and nothing is wrong.

local lfs = require "lfs"

local text = require "redbook.playlist.text"

local inhibit = {}

local WHAT = "sleep:shutdown:idle"

-- Why each word is there. `setsid`: ^C at the terminal, which is for the burn and its proper end,
-- must not end the block, and nothing of it holds on to the terminal or the process group. `3<&0
-- ... &`: the shell ends at once and is all that closing the pipe waits for; systemd-inhibit, which
-- may be waiting for a bus that does not answer, has the pipe and waits alone. `cat` ends when the
-- last end of the pipe for writing is closed: by `close`, or by the kernel when this process is
-- gone, whatever it died of. The other files of this process are closed on execution, the drive's
-- node among them.
local COMMAND = "exec 3<&0%s; setsid systemd-inhibit --what=%s --mode=block --who=redbook "
  .. "--why=%s cat <&3 3<&- >/dev/null 2>%s &"
-- What it complains about goes to a file that has no name any more.
local NOTED = " 4>%s; rm -f %s"

local Block = {}
Block.__index = Block

---Lets go of it. Any number of times.
function Block:close()
  local pipe, complaints = self.pipe, self.complaints
  self.pipe, self.complaints = nil, nil
  if pipe then pipe:close() end
  if not complaints then return end
  local line = complaints:read "l"
  complaints:close()
  if line then self.say("Nothing kept the machine awake: " .. text.printable(line)) end
end

Block.__close = Block.close
Block.__gc = Block.close

local function quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function is_there()
  for folder in (os.getenv "PATH" or ""):gmatch "[^:]+" do
    if lfs.attributes(folder .. "/systemd-inhibit", "mode") == "file" then return true end
  end
  return false
end

-- A temporary file, open for reading, and its name.
local function notes()
  local made, name = pcall(os.tmpname)
  local file = made and io.open(name, "r")
  if not file then return nil, "", "/dev/null" end
  return file, NOTED:format(quote(name), quote(name)), "&4 4>&-"
end

-- A disc in files loses nothing when the machine sleeps.
local function is_real(ids)
  for _, id in ipairs(ids) do
    if not id:find "^virtual:" then return true end
  end
  return false
end

---Asks for the block, without waiting for an answer.
---@param why string what is being done, for whoever asks why the machine stays awake
---@param ids string[] of the drives
---@param options { no_inhibit: boolean?, verbose: boolean? } of the command line
---@param say fun(line: string) what --verbose tells
---@return table closable block; when nothing is held closing it does nothing
function inhibit.hold(why, ids, options, say)
  local block = setmetatable({ say = say }, Block)
  if options.no_inhibit or not is_real(ids) then return block end
  if not is_there() then
    if options.verbose then say "Nothing keeps the machine awake: there is no systemd-inhibit." end
    return block
  end
  local more, errors = "", "/dev/null"
  if options.verbose then block.complaints, more, errors = notes() end
  block.pipe = io.popen(COMMAND:format(more, WHAT, quote(why), errors), "w")
  return block
end

return inhibit
