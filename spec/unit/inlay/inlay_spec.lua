-- SPDX-License-Identifier: GPL-3.0-or-later
-- The drawing, read back as XML by expat and checked by xmllint, drawn by librsvg: every text is
-- there once, within its place.

local contents = require "redbook.inlay.contents"
local inlay = require "redbook.inlay"
local lxp = require "lxp"
local measure = require "redbook.inlay.measure"
local msf = require "redbook.msf"
local sandbox = require "spec.support.sandbox"

-- Every text element: its words, font, and place on the page; turned ones have `turned`.
local function texts_of(svg)
  local list, shift, now = {}, { { x = 0, y = 0 } }, nil
  local parser = lxp.new {
    StartElement = function(_, name, attributes)
      if name == "g" then
        local x, y, turn = attributes.transform:match "^translate%(([%d.]+) ([%d.]+)%)(.*)$"
        local last = shift[#shift]
        shift[#shift + 1] = { x = last.x + x, y = last.y + y, turned = turn:match "rotate%((.*)%)" }
      elseif name == "text" then
        local at = shift[#shift]
        now = { x = attributes.x + at.x, y = attributes.y + at.y, turned = at.turned,
          size = tonumber(attributes["font-size"]), anchor = attributes["text-anchor"],
          bold = attributes["font-weight"] == "bold", words = "" }
        list[#list + 1] = now
      end
    end,
    CharacterData = function(_, words) if now then now.words = now.words .. words end end,
    EndElement = function(_, name)
      if name == "g" then shift[#shift] = nil elseif name == "text" then now = nil end
    end,
  }
  assert(parser:parse(svg))
  assert(parser:parse())
  parser:close()
  return list
end

local TITLES = { "Intro", "A title of a length that many have", "Nocturne, Op. 9 No. 2",
  "夜に駆ける", "Wagon Wheel & <Friends> \"live\"", "WWWWWWWWWWMMMMMMMMMMWWWWWWWWWWMMMMMMMMMMWWWW",
  "Москва", "W" }

local function disc_of(count, more)
  local tracks = {}
  for index = 1, count do
    tracks[index] = { title = TITLES[index % #TITLES + 1] .. " " .. index, artist = "Them",
      album = "Album", sectors = 75 * (60 + index) }
  end
  return contents(tracks, more or {})
end

-- From the left to the right, in millimetres of the page.
local function extent(text)
  local width = measure.width(text.words, text.bold) * text.size
  local x = text.x - (text.anchor == "end" and width or text.anchor == "middle" and width / 2 or 0)
  return x, x + width
end

describe("an inlay", function()
  local folder
  setup(function() folder = sandbox.folder() end)
  teardown(function() sandbox.remove(folder) end)

  it("is this for two tracks", function()
    local drawing = inlay.svg(contents({
      { number = 1, title = "One & only", artist = "Them", sectors = 13575 },
      { number = 2, title = "Two", artist = "Others", sectors = 75 * 60 * 4 + 74 } },
      { title = "Mix <1>", artist = "Them" }))
    assert.equal(inlay.HEAD, drawing:sub(1, #inlay.HEAD))
    assert.truthy(drawing:find('width="210mm" height="297mm" viewBox="0 0 210 297"', 1, true))
    local list = {}
    for index, text in ipairs(texts_of(drawing)) do
      list[index] = ("%.1f %.1f %.1f %s%s"):format(text.x, text.y, text.size, text.words,
        text.turned and " @" .. text.turned or "")
    end
    assert.same({ "33.2 120.3 3.6 Them – Mix <1> @-90", "176.8 120.3 3.6 Them – Mix <1> @90",
      "42.5 70.5 6.0 Mix <1>", "42.5 76.3 4.0 Them",
      "47.6 86.2 4.0 1", "50.4 86.2 4.0 One & only", "122.5 86.2 4.0 03:01",
      "47.6 93.2 4.0 2", "50.4 93.2 4.0 Others – Two", "122.5 93.2 4.0 04:00",
      "42.5 173.0 3.0 2 tracks", "167.5 173.0 3.0 Total 07:01",
      "105.0 190.0 2.6 Print at 100 %: the back is 150 mm wide. Cut at the corners, fold at the "
        .. "dashed lines." }, list)
  end)

  it("shows every title and time once, in order, each within its place", function()
    for count = 1, 99 do
      local data = disc_of(count)
      local rows, column = {}, nil
      for _, text in ipairs(texts_of(inlay.svg(data))) do
        local number = text.anchor == "end" and text.words:match "^%d+$"
        if number then
          column = { number = tonumber(number), y = text.y, texts = {} }
          rows[#rows + 1] = column
        elseif column and text.y == column.y then
          column.texts[#column.texts + 1] = text
        end
      end
      assert.equal(count, #rows)
      for index, row in ipairs(rows) do
        local track, label, time = data.tracks[index], row.texts[1], row.texts[2]
        local whole = label.words == track.title
        assert.same({ index, 2, msf.clock(track.sectors), true }, { row.number, #row.texts,
          time.words, whole or track.title:find((label.words:gsub("…$", "")), 1, true) == 1 })
        local left, right = extent(label)
        local from, to = extent(time)
        assert.is_true(left >= 42.5 and right < from and to <= 167.5001, track.title)
        assert.is_true(row.y > 60 and row.y < 171 and label.size >= 1.5)
        local below = rows[index + 1]
        if below and below.y > row.y then
          assert.is_true(below.y - row.y >= label.size * 1.2)
        elseif below then
          assert.is_true(below.texts[1].x > to)
        end
      end
    end
  end)

  it("cuts what is too long, and breaks the title of the front", function()
    local long = ("Very long words "):rep(12):sub(1, -2)
    local data = disc_of(3, { title = long, artist = long })
    local list = texts_of(inlay.svg(data, { front = true }))
    for _, text in ipairs(list) do
      local left, right = extent(text)
      local half = (right - left) / 2
      assert.is_true(text.turned and half <= 55.0001 or left >= 42.4 and right <= 167.6
        or text.words:find "^Print" ~= nil, text.words)
    end
    assert.same({ "Very long words Very long", "words Very long words" },
      { list[1].words, list[2].words })
    assert.truthy(list[3].words:find "…$")
  end)

  it("holds no character that XML or a printer has no place for", function()
    local made = contents({ { title = "a\0b\27[31mc\u{202E}d\u{FFFE}\u{85}e\tf\n", artist = "\1",
      sectors = 300 }, { title = 5, sectors = 300 }, { title = "caf\xE9", sectors = 300 } },
      { title = "\u{200B}", name = " x " })
    assert.same({ title = "x", tracks = { { number = 1, title = "ab[31mcde f", sectors = 300 },
      { number = 2, title = "Track 2", sectors = 300 },
      { number = 3, title = "café", sectors = 300 } } }, made)
  end)

  it("names album and artist that all tracks share, and others where they differ", function()
    local made = contents({ { title = "a", artist = "A", album = "X", album_artist = "AA",
      sectors = 301 }, { title = "b", artist = "AA", album = "X", album_artist = "AA",
      sectors = 302 } }, { name = "list" })
    assert.same({ title = "X", artist = "AA", tracks = {
      { number = 1, title = "a", artist = "A", sectors = 301 },
      { number = 2, title = "b", sectors = 302 } } }, made)
    made = contents({ { title = "a", artist = "A", album = "X", sectors = 301 },
      { title = "b", artist = "B", album = "Y", sectors = 302 } }, {})
    assert.same({ title = "Audio CD", tracks = {
      { number = 1, title = "a", artist = "A", sectors = 301 },
      { number = 2, title = "b", artist = "B", sectors = 302 } } }, made)
  end)

  it("is XML, and drawn by librsvg leaves the margins white", function()
    local scale = 4 -- dots a millimetre
    for _, count in ipairs { 5, 99 } do
      local path = folder .. "/disc"
      sandbox.write(path .. ".svg", inlay.svg(disc_of(count, { title = ("Wide "):rep(40) }),
        { front = true }))
      local code, out, err = sandbox.run(("xmllint --noout disc.svg && rsvg-convert -d %s -p %s "
        .. "disc.svg -o disc.png && ffmpeg -v error -y -i disc.png -f rawvideo -pix_fmt gray "
        .. "disc.gray"):format(25.4 * scale, 25.4 * scale), folder)
      assert.same({ 0, "", "" }, { code, out, err })
      local dots = sandbox.read(path .. ".gray")
      assert.equal(210 * 297 * scale * scale, #dots)
      -- The darkest dot within a rectangle of the page, in millimetres.
      local function darkest(left, top, right, bottom)
        local dark = 255
        for y = math.ceil(top * scale), math.floor(bottom * scale) do
          local at = y * 210 * scale
          for x = at + math.ceil(left * scale) + 1, at + math.floor(right * scale) do
            dark = math.min(dark, dots:byte(x))
          end
        end
        return dark
      end
      local x, y = 30, 158
      assert.same({ 255, 255, 255, 255 }, {
        darkest(x + 7, y + 1, x + 12, y + 117), -- between fold and text
        darkest(x + 138, y + 1, x + 143, y + 117),
        darkest(x + 1, y + 1, x + 6, y + 3.5), -- ends of the spine
        darkest(46, 17, 54, 135) }) -- left of the front
      assert.is_true(darkest(x + 12, y + 20, x + 137, y + 110) < 100)
      assert.is_true(darkest(x + 1, y + 10, x + 5, y + 100) < 100)
    end
  end)
end)
