-- SPDX-License-Identifier: GPL-3.0-or-later
-- A process of its own for damage specs: tries the files that its standard input names, one a line,
-- and says of each what came of it, as one line of Lua. A crash shows which one it was at.
--   lua5.4 damage_probe.lua FOLDER   samples of what is taken go to FOLDER/NUMBER.raw

local core = require "redbook.core"

local folder = arg[1]

local PATIENCE = 120 -- seconds

local function attempt(path, number)
  local source, err = core.AudioSource(path)
  if not source then return nil, err end
  local file <close> = assert(io.open(("%s/%d.raw"):format(folder, number), "wb"))
  local good, problem = source:Render(file)
  local sectors, format = good and source.Sectors, source.Format
  source:Close()
  if not good then return nil, problem end
  return { sectors = sectors, container = format.container }
end

-- Processor seconds of this process and of the programs that it has started: what a file takes
-- must not depend on what else the machine does.
local function busy()
  local file <close> = assert(io.open "/proc/self/stat")
  local user, system, users, systems = file:read("a"):match("%) %a" .. (" %-?%d+"):rep(10)
    .. " (%d+) (%d+) (%d+) (%d+)")
  return (user + system + users + systems) / 100
end

io.stdout:setvbuf "line"
local number = 0
for path in io.lines() do
  number = number + 1
  io.write(("begin = %q\n"):format(path))
  local from, began = busy(), os.time()
  local taken, err = attempt(path, number)
  local seconds = math.ceil(busy() - from)
  -- Or it has waited for something.
  if os.time() - began > PATIENCE then seconds = os.time() - began end
  if taken then
    io.write(("{ path = %q, number = %d, sectors = %d, container = %q, seconds = %d }\n"):format(
      path, number, taken.sectors, taken.container, seconds))
  else
    io.write((("{ path = %q, number = %d, code = %d, message = %q, advice = %q, seconds = %d }\n")
      :format(path, number, err.code, err.message, err.advice or "", seconds):gsub("\\\n", "\\n")))
  end
end
for line in io.lines "/proc/self/status" do
  local peak = line:match "^VmHWM:%s*(%d+)"
  if peak then io.write(("peak = %d\n"):format(peak)) end
end
