-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the specs of burn_set share: five tracks for three discs, a drive whose discs are exchanged.

local burner = require "spec.support.burner"
local core = require "redbook.core"
local lassert = require "luassert"
local recipe = require "redbook.recipe"
local sandbox = require "spec.support.sandbox"
local state = require "redbook.set.state"

local set_bench = { SECTORS = { 400, 700, 420, 650, 310 } }

local GAP = ("\0"):rep(152 * burner.SECTOR)

---@return table bench folder, entries, virtual, recorder, options, and the functions below
function set_bench.new()
  local folder, entries, events = sandbox.folder(), {}, {}
  for index, sectors in ipairs(set_bench.SECTORS) do
    local path = ("%s/%d.wav"):format(folder, index)
    sandbox.write(path, burner.wav(burner.pcm(sectors, index)))
    entries[index] = { path = path, title = "T" .. index }
  end
  local virtual = assert(core.VirtualRecorder { path = folder .. "/d1.cue" })
  local recorder = assert(virtual:Recorder())
  local options = { folder = folder .. "/sets", name = "five", capacity = 1300,
    wait = { limit = 2, insertion = true, pause = function() end } }
  local bench = { folder = folder, entries = entries, virtual = virtual, recorder = recorder,
    options = options }

  local function with(more)
    local made = {}
    for name, value in pairs(options) do made[name] = value end
    for name, value in pairs(more or {}) do made[name] = value end
    return made
  end

  -- Makes the events those that `all` gives, one by one.
  function bench.hear(event) events[#events + 1] = event end

  -- `put` gets the "insert" events, and gives the name of the disc that is put in.
  local function burn(list, more, put)
    events = {}
    return recipe.burn_set(recorder, list, with(more), function(event)
      events[#events + 1] = event
      if event.event == "insert" and put then
        local name = put(event)
        if name then assert(virtual:Insert { path = ("%s/%s.cue"):format(folder, name) }) end
      end
    end)
  end
  local function resume(put, more)
    more = more or {}
    more.resume, more.capacity = more.resume or "five", nil
    local own = options
    options = with()
    options.capacity, options.name = nil, nil
    local result, err = burn(nil, more, put)
    options = own
    return result, err
  end
  local function all(name)
    local found = {}
    for _, event in ipairs(events) do
      if event.event == name then found[#found + 1] = event end
    end
    return found
  end
  local function discs_in_order()
    local next_disc = 1
    return function()
      next_disc = next_disc + 1
      return "d" .. next_disc
    end
  end

  local function holds(name, ...)
    local parts = {}
    for place, index in ipairs { ... } do
      parts[#parts + 1] = place > 1 and GAP or nil
      parts[#parts + 1] = burner.pcm(set_bench.SECTORS[index], index)
    end
    local wanted = table.concat(parts)
    return sandbox.read(("%s/%s.bin"):format(folder, name)):sub(1, #wanted) == wanted
  end
  local function finished()
    lassert.is_true(holds("d1", 1, 2))
    lassert.is_true(holds("d2", 3, 4))
    lassert.is_true(holds("d3", 5))
    lassert.is_nil(io.open(folder .. "/sets/five.json"))
  end
  local function kept() return assert(state.read(folder .. "/sets", "five")) end

  -- The drive refuses a write on the disc that is in it.
  local function fault(lba) virtual:AddFault { command = "WRITE", lba = lba, sense = "3/0C/00" } end

  bench.with, bench.burn, bench.resume, bench.all, bench.kept = with, burn, resume, all, kept
  bench.discs_in_order, bench.holds, bench.finished, bench.fault = discs_in_order, holds, finished,
    fault
  function bench.close()
    recorder:Close()
    virtual:Close()
    sandbox.remove(folder)
  end
  return bench
end

return set_bench
