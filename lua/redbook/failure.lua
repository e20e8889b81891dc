-- SPDX-License-Identifier: GPL-3.0-or-later
-- Why a recipe did not do its work: the core's error, with the stage of the work it belongs to.
--
-- A failure has every field of a core error object (code, name, message, advice, transient, disc,
-- sense, command, lba, errno), so a script handles both alike, and besides them:
--   stage    "arguments", "device", "medium", "source", "space", "burn", "erase",
--           "verify", "interrupted"
--   problems list of { message, text, list, line, path }, when several things are wrong
--   signal   "INT", "TERM" or "HUP"

local failure = {}

local FIELDS = { "code", "name", "message", "advice", "transient", "disc", "sense", "command",
  "lba", "errno" }

---@class redbook.Failure
---@field stage string
---@field message string
---@field advice string?
---@field disc string
---@field code integer?
---@field name string?
---@field problems redbook.Problem[]?
---@field signal string?
local Failure = {}
Failure.__index = Failure
Failure.__name = "redbook.Failure"

function Failure:__tostring()
  return self.message
end

function Failure.__concat(left, right)
  return tostring(left) .. tostring(right)
end

local function hexadecimal(bytes)
  return (bytes:gsub(".", function(c) return ("%02x "):format(c:byte()) end):gsub(" $", ""))
end

---@return table plain data, for JSON: `sense.raw` is hexadecimal, as in a core error's
function Failure:as_table()
  local copy = {}
  for key, value in pairs(self) do copy[key] = value end
  if self.sense then
    copy.sense = {}
    for key, value in pairs(self.sense) do copy.sense[key] = value end
    copy.sense.raw = self.sense.raw and hexadecimal(self.sense.raw)
  end
  return copy
end

---@param fields table
---@return redbook.Failure
function failure.new(fields)
  fields.disc = fields.disc or "untouched"
  return setmetatable(fields, Failure)
end

---@param err any an error object of the core, a failure (kept as it is), or a message
---@param stage string
---@param fields? table fields that replace the error's own
---@return redbook.Failure
function failure.from(err, stage, fields)
  if getmetatable(err) == Failure then return err end
  local made = { stage = stage }
  if type(err) == "string" then
    made.message = err
  else
    for _, name in ipairs(FIELDS) do made[name] = err[name] end
  end
  for name, value in pairs(fields or {}) do made[name] = value end
  return failure.new(made)
end

---@param signal string "INT", "TERM" or "HUP"
---@param disc string
---@param message string
---@return redbook.Failure
function failure.interrupted(signal, disc, message)
  return failure.new { stage = "interrupted", signal = signal, disc = disc, message = message,
    code = 0xC0AA0002, name = "E_IMAPI_REQUEST_CANCELLED", transient = false }
end

return failure
