-- SPDX-License-Identifier: GPL-3.0-or-later
-- Several discs of one command line of burn.lua: whether there are, and what does not go with it.

local discs = {}

---@param options table of args.parse
---@return boolean whether there are more discs than one; of the same plan one is enough
function discs.wanted(options)
  return options.devices ~= nil or (options.copies or 1) > 1 and not options.plan
end

---@param options table of args.parse
---@return true?
---@return string? problem a sentence
function discs.check(options)
  local ids = options.devices or { options.device }
  local copies = options.copies or #ids
  if not discs.wanted(options) then return true end
  for _, name in ipairs { "manifest", "trace" } do
    if options[name] then
      return nil, ("--%s is of one disc: leave out --copies and further --device"):format(name)
    end
  end
  local seen, virtual = {}, false
  for _, id in ipairs(ids) do
    if seen[id] then return nil, ("--device %s is there twice"):format(id) end
    seen[id], virtual = true, virtual or id:find "^virtual:" ~= nil
  end
  if copies < #ids then
    return nil, ("--copies %d: there are %d drives"):format(copies, #ids)
  elseif virtual and copies > #ids then
    return nil, "a disc in files cannot be changed for the next one: name one for each copy, as in "
      .. "--device virtual:a.cue --device virtual:b.cue"
  end
  return true
end

return discs
