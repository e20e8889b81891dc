-- SPDX-License-Identifier: GPL-3.0-or-later
-- Where the events of a recipe go: a terminal, a log, a program that reads NDJSON.

local json = require "redbook.report.json"

local report = { text = require "redbook.report.text" }

---@param out table something with `write` and `flush`
---@param on_problem? fun(message: string) called once, when an event could not be written: nobody
---reads what the disc is being told, but that is no reason to spoil it
---@return fun(event: table)
function report.json(out, on_problem)
  local function check(ok, problem)
    if ok or not on_problem then return end
    on_problem(problem)
    on_problem = nil
  end
  return function(event)
    check(out:write(json.line(event), "\n"))
    check(out:flush())
  end
end

return report
