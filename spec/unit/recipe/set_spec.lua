-- SPDX-License-Identifier: GPL-3.0-or-later
-- Discs of a set: which one lies there, whether it has room, what no longer fits, and the file
-- that knows.

local cjson = require "cjson"
local match = require "redbook.set.match"
local sandbox = require "spec.support.sandbox"
local set = require "redbook.set"
local set_disc = require "redbook.recipe.set_disc"
local set_rest = require "redbook.recipe.set_rest"
local state = require "redbook.set.state"

local TRACKS = { { sectors = 1000 }, { sectors = 2000 }, { sectors = 100 }, { sectors = 1500 } }

local function on(...)
  local list, start = {}, 0
  for number, sectors in ipairs { ... } do
    local whole = sectors > 0
    list[number] = { Number = number, StartLba = start, Sectors = math.abs(sectors),
      Complete = whole }
    start = start + math.abs(sectors) + 152
  end
  return list
end

local function disc(written, cut, tracks)
  return { state = "begun", tracks = tracks or { 1, 2, 3, 4 }, written = written or {},
    cut = cut or {} }
end

local function written(number, entry, start, sectors)
  return { number = number, entry = entry, start = start, sectors = sectors }
end

describe("a disc of a set", function()
  local ONE = written(1, 1, 0, 1000)

  it("is known by what was written down", function()
    assert.same({ on_disc = { 1 }, cut_off = {} }, match(disc { ONE }, TRACKS, on(1000), false))
    assert.same({ on_disc = { 1 }, cut_off = { { track = 2, entry = 2 } } },
      match(disc { ONE }, TRACKS, on(1000, -700), false))
    assert.is_nil(match(disc { ONE }, TRACKS, on(990), false))
    assert.is_nil(match(disc { ONE }, TRACKS, {}, false))
    assert.is_nil(match(disc { ONE, written(2, 2, 1152, 2000) }, TRACKS, on(1000), false))
    assert.is_nil(match(disc { written(1, 1, 5, 1000) }, TRACKS, on(1000), false))
  end)

  it("is known by lengths where nothing was", function()
    assert.same({ on_disc = { 1, 2 }, cut_off = {} }, match(disc { ONE }, TRACKS, on(1000, 2000),
      false))
    assert.same({ on_disc = {}, cut_off = { { track = 1, entry = 1 } } },
      match(disc(), TRACKS, on(-500), false))
    assert.is_nil(match(disc(), TRACKS, on(500, 600), false))
    -- Closed by somebody: any track may be shorter than that.
    assert.is_nil(match(disc(), TRACKS, on(500), false))
    assert.same({ { track = 1, entry = 1 } }, match(disc(), TRACKS, on(500), false, true).cut_off)
    assert.is_nil(match(disc(), TRACKS, on(1001), false))
    assert.same({ 1, 2 }, match(disc(), TRACKS, on(1152, 2002), false).on_disc)
    -- Of 4 seconds may also be a beginning that was filled up.
    assert.same({ on_disc = { 1, 2 }, cut_off = { { track = 3, entry = 3 } } },
      match(disc { ONE }, TRACKS, on(1000, 2000, 300), false))
    assert.same({ 1, 2, 3 }, match(disc { ONE }, TRACKS, on(1000, 2000, 300), true).on_disc)
  end)

  it("may hold beginnings that are known", function()
    local cut = { number = 2, start = 1152, sectors = 2000 }
    assert.same({ on_disc = { 1, 3 }, cut_off = { { track = 2, entry = 2 } } },
      match(disc({ ONE }, { cut }), TRACKS, on(1000, 2000, 2000), false))
    local first = { number = 1, start = 0, sectors = 500 }
    assert.same({ on_disc = {}, cut_off = { { track = 1, entry = 1 }, { track = 2, entry = 1 } } },
      match(disc({}, { first }), TRACKS, on(500, -600), false))
  end)

  it("has nothing behind what it is to have", function()
    assert.is_nil(match(disc({ ONE }, {}, { 1 }), TRACKS, on(1000, 500), false))
  end)
end)

-- What the recipes need of a burn.
local function burn_with(discs, found)
  local told = {}
  local recorder = { full = false }
  function recorder:MediaSummary() return self.full and { State = "none" } or found[1] end
  function recorder.Examine() return found[1] end
  function recorder.EjectMedia() table.remove(found, 1) return true end
  return { data = { tracks = TRACKS, discs = discs, capacity = 3200, split = "order" },
    name = "x", options = { wait = { limit = 1, pause = function() end } }, place = 1, full = {},
    recorders = { recorder }, told = told,
    tell = function(_, event) told[#told + 1] = event end,
    remark = function(_, message) told[#told + 1] = message end,
    next_disc = function(self)
      for index, one in ipairs(self.data.discs) do
        if one.state ~= "done" then return index end
      end
    end }
end

local function blank(free)
  return { State = "blank", MediaType = 2, FreeSectors = free, NumberOfTracks = 0, Tracks = {},
    NextTrack = 1 }
end

local function waiting(...)
  return { state = "waiting", tracks = { ... }, written = {}, cut = {} }
end

describe("a set", function()
  it("gives a disc with too little room back, and takes the next", function()
    local burn = burn_with({ waiting(1, 2), waiting(3, 4) }, { blank(3151), blank(3152) })
    local slot = assert(set_disc.get(burn))
    assert.same({ "blank", 1, 3152 }, { slot.kind, slot.disc, slot.examination.FreeSectors })
    assert.same({ { event = "insert", disc = 1, of = 2, limit = 600, begun = false,
      message = "the disc has room for 0:42, and disc 1 of 2 needs 0:43" } }, burn.told)
  end)

  it("gives up after some wrong discs, or at once when nobody can put another one in", function()
    local found = {}
    for index = 1, 9 do found[index] = blank(100) end
    local burn = burn_with({ waiting(1, 2) }, found)
    local slot, err = set_disc.get(burn)
    assert.is_nil(slot)
    assert.same({ "space", 0xC0AA0509, 5 }, { err.stage, err.code, #burn.told })
    burn = burn_with({ waiting(1, 2) }, { blank(100) })
    burn.options.exchange = false
    err = select(2, set_disc.get(burn))
    assert.same({ "space", 0 }, { err.stage, #burn.told })
  end)

  local function open(free, ...)
    return { State = "appendable", MediaType = 2, SessionOpen = true, FreeSectors = free,
      Tracks = on(...), NumberOfTracks = #{ ... }, NextTrack = #{ ... } + 1 }
  end

  it("moves what no longer fits onto later discs", function()
    local burn = burn_with({ disc({ written(1, 1, 0, 1000) }, {}, { 1, 2, 3 }), waiting(4) }, {})
    local slot = { kind = "open", disc = 1, recorder = burn.recorders[1], on_disc = { 1 },
      cut_off = {}, examination = open(2100, 1000) }
    assert.is_true(set_rest.prepare(burn, slot))
    assert.same({ { 1, 2 }, { 3, 4 } }, { burn.data.discs[1].tracks, burn.data.discs[2].tracks })
    assert.same({ "the beginning of a track takes room on disc 1: 1 track goes onto later discs" },
      burn.told)
    slot.examination = open(500, 1000)
    burn = burn_with({ disc({ written(1, 1, 0, 1000) }, {}, { 1, 2, 3 }), waiting(4) }, {})
    assert.is_true(set_rest.prepare(burn, slot))
    assert.same({ { 1 }, { 2, 3 }, { 4 } }, { burn.data.discs[1].tracks,
      burn.data.discs[2].tracks, burn.data.discs[3].tracks })
    assert.same({ "the beginning of a track takes room on disc 1: 2 tracks go onto later discs; "
      .. "the set has 3 discs now" }, burn.told)
  end)

  it("begins anew what holds a beginning alone, with no room for the rest", function()
    local cut = { { number = 1, start = 0, sectors = 900 } }
    local burn = burn_with({ disc({}, cut, { 1, 2 }), waiting(3, 4) }, {})
    local slot = { kind = "open", disc = 1, recorder = burn.recorders[1], on_disc = {},
      cut_off = { { track = 1, entry = 1 } }, examination = open(900, 900) }
    assert.is_false(set_rest.prepare(burn, slot))
    assert.same({ {}, {} }, { burn.data.discs[1].cut, burn.data.discs[1].written })
    assert.is_true(burn.full[burn.recorders[1]])
  end)
end)

describe("the file of a set", function()
  local folder
  before_each(function() folder = sandbox.folder() .. "/deep/sets" end)
  after_each(function() sandbox.remove((folder:gsub("/deep/sets$", ""))) end)

  local function data()
    return { title = "x", split = "fit", capacity = 5000, settings = { gain = "album" },
      sources = { { path = "/a\xFF.wav", size = 10, mtime = 1790000000 } },
      entries = { { path = "/a\xFF.wav", gain = -3.5, start = 75 }, { path = "/b.wav" } },
      tracks = { { sectors = 400, crc32 = 0xFFFFFFFF }, { sectors = 500, crc32 = 1,
        continues = true } },
      discs = { { state = "done", tracks = { 2 }, cut = {}, written = { { entry = 2, number = 1,
        start = 0, sectors = 500, crc32 = "00000001", blocks = ("0"):rep(28 * 7), head = "",
        tail = "" } } }, { state = "waiting", tracks = { 1 }, written = {}, cut = {} } } }
  end

  it("gives back what was kept, names byte for byte", function()
    local kept <close> = assert(state.take(folder, "x"))
    assert.is_false(kept:exists())
    kept.data = data()
    assert(kept:save())
    local wanted = data()
    for _, name in ipairs { "begun", "changed", "program" } do wanted[name] = kept.data[name] end
    local found = assert(state.read(folder, "x"))
    found.redbook, found.set, found.name = nil, nil, nil
    assert.same(wanted, found)
    local plain = cjson.decode(sandbox.read(kept.path))
    assert.same({ 1, 1, "x" }, { plain.redbook, plain.set, plain.name })
    assert.same({ "x" }, set.list(folder))
    local other, err = state.take(folder, "x")
    assert.is_nil(other)
    assert.equal("another program is burning the set x", err.message)
    assert.is_true(kept:finish())
    assert.same({}, set.list(folder))
    assert.equal("", (select(2, sandbox.run("ls -A " .. folder))))
  end)

  it("leaves nothing when nothing was kept, and clears away what a killed program left", function()
    assert(state.take(folder, "x")):close()
    assert.equal("", (select(2, sandbox.run("ls -A " .. folder))))
    sandbox.write(folder .. "/x.json.4711.new", "{")
    sandbox.write(folder .. "/xy.json.4711.new", "{")
    assert(state.take(folder, "x")):close()
    assert.equal("xy.json.4711.new\n", (select(2, sandbox.run("ls -A " .. folder))))
  end)

  it("is refused when it makes no sense, and says why", function()
    local function problem(change)
      local kept <close> = assert(state.take(folder, "x"))
      kept.data = data()
      change(kept.data)
      assert(kept:save())
      local found, err = state.read(folder, "x")
      assert.is_nil(found)
      return err.message:match "x%.json: (.*)$"
    end
    assert.equal("disc 2 names track 2, which is not there or on another disc",
      problem(function(d) d.discs[2].tracks = { 2 } end))
    assert.equal("not all of its tracks are on a disc",
      problem(function(d) d.discs[2] = nil end))
    assert.equal("disc 1 has no state", problem(function(d) d.discs[1].state = "lost" end))
    assert.equal("disc 1 written[1]: 'crc32' is no string of 8 hexadecimal digits",
      problem(function(d) d.discs[1].written[1].crc32 = "x" end))
    assert.equal("its lists do not fit together", problem(function(d) d.tracks[2] = nil end))
    assert.equal("tracks[1] has no 'sectors'", problem(function(d) d.tracks[1].sectors = -1 end))
    assert.equal("entries[2] has no 'path'", problem(function(d) d.entries[2].path = 5 end))
    assert.equal("sources[1] has no 'path'", problem(function(d) d.sources[1] = { "x" } end))
    for text, why in pairs { ["{"] = "it is no JSON: Expected object key string but found T_END "
      .. "at character 2", ["{}"] = "it tells of no set",
      ['{"set":2}'] = "it is of version 2; this redbook knows version 1", ["3"] =
      "it tells of no set", [""] = "it is empty" } do
      sandbox.write(folder .. "/x.json", text)
      assert.equal(why, (select(2, state.read(folder, "x")).message:match "x%.json: (.*)$"))
    end
  end)

  it("is where the environment says", function()
    local function folder_of(names) return set.folder(function(name) return names[name] end) end
    assert.equal("/s/redbook/sets", folder_of { XDG_STATE_HOME = "/s", HOME = "/h" })
    assert.equal("/h/.local/state/redbook/sets", folder_of { XDG_STATE_HOME = "s", HOME = "/h" })
    assert.equal("/h/.local/state/redbook/sets", folder_of { XDG_STATE_HOME = "", HOME = "/h" })
    assert.is_nil(folder_of {})
  end)

  it("has the list's name, told from others of that name", function()
    local name, title = set.name { "/music/A mix: \xFF.m3u" }
    assert.is_truthy(name:find "^A_mix_%-%x%x%x%x%x%x%x%x$")
    assert.equal("A mix: \xFF", title)
    assert.is_true(set.is_name(name))
    assert.not_equal(name, (set.name { "/other/A mix: \xFF.m3u" }))
    assert.is_truthy((set.name { "/..." }):find "^set%-")
    for _, bad in ipairs { "../x", "", "a/b", ".x", "-x", ("x"):rep(81) } do
      assert.is_false(set.is_name(bad))
    end
  end)
end)
