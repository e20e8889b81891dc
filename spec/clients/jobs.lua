-- SPDX-License-Identifier: GPL-3.0-or-later
-- Many programs on virtual drives at the same time.

local sandbox = require "spec.support.sandbox"

local jobs = {}

-- The shell's part of one job: its commands one after the other on one disc; the first that fails
-- ends it.
local function script(room, name, job)
  local lines = { job.disc and ("mkdir %s; cp %s.* %s"):format(name, job.disc, name) or ":" }
  for index, command in ipairs(job) do
    local base = ("%s.%d"):format(name, index)
    local options = ("--disc %s.cue --trace %s.trace%s"):format(job.disc or name, base,
      (job.medium and index == 1 and " --medium " .. job.medium or "") .. (job.options or ""))
    lines[#lines + 1] = ("%s timeout 500 env %s >%s/%s.out 2>&1 </dev/null"):format(
      job.disc and "cd " .. name .. ";" or "", room.line(options, command, job.own), room.folder,
      base)
    lines[#lines + 1] = ("code=$?; echo $code >%s/%s.code; [ $code = 0 ] || exit 0"):format(
      room.folder, base)
  end
  return "(\n" .. table.concat(lines, "\n") .. "\n) &\n"
end

---Runs all jobs, each on a disc of its name in the room's folder, and waits for them.
---@param room table
---@param list table<string, string[]> commands by name; fields: `medium` of a new disc;
---`options` of vdrive.lua; `own`, a Lua of ours is run; `disc`, another disc's name, to run with a
---copy of it in a folder of the job's name
---@return table<string, { code: integer, out: string }[]>
function jobs.run(room, list)
  local parts, results = {}, {}
  for name, job in pairs(list) do parts[#parts + 1] = script(room, name, job) end
  room:write("jobs.sh", table.concat(parts) .. "wait\n")
  assert(sandbox.run("sh jobs.sh", room.folder) == 0)
  for name, job in pairs(list) do
    results[name] = {}
    for index = 1, #job do
      local base = ("%s.%d"):format(name, index)
      results[name][index] = {
        code = room:has(base .. ".code") and tonumber(room:read(base .. ".code")) or -1,
        out = room:has(base .. ".out") and room:read(base .. ".out") or "not run",
      }
    end
  end
  return results
end

return jobs
