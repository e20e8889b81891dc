-- SPDX-License-Identifier: GPL-3.0-or-later

local cjson = require "cjson"
local inlay = require "redbook.inlay"
local sandbox = require "spec.support.sandbox"
local tone = require "spec.support.tone"

describe("inlay.lua", function()
  local folder

  local function run(words)
    return sandbox.run(("%s %s %s/scripts/inlay.lua %s"):format(sandbox.env, sandbox.lua,
      sandbox.root, words), folder)
  end

  -- The words of the drawing, in its order, those of both spines first.
  local function words_of(svg)
    assert.equal(inlay.HEAD, svg:sub(1, #inlay.HEAD))
    local list = {}
    for words in svg:gmatch "<text [^>]*>([^<]*)</text>" do list[#list + 1] = words end
    assert.truthy(table.remove(list):find "^Print at 100 %%")
    return list
  end

  setup(function()
    folder = sandbox.folder()
    sandbox.write(folder .. "/one.wav", tone.wav(tone.pcm({ 440, 550, 660, 770, 880 }, 1)))
    sandbox.write(folder .. "/two.wav", tone.wav(tone.pcm({ 440, 330, 440, 330 }, 1)))
    sandbox.write(folder .. "/Mix & more.m3u", "#EXTM3U\n#EXTINF:5,Them - Ä title\none.wav\n"
      .. "#EXTINF:4,Others - B\ntwo.wav\n")
  end)
  teardown(function() sandbox.remove(folder) end)

  local MIX = { "Mix &amp; more", "Mix &amp; more", "Mix &amp; more", "1", "Them – Ä title",
    "00:05", "2", "Others – B", "00:04", "2 tracks", "Total 00:09" }

  it("draws a playlist, to standard output or to a file", function()
    local code, out, err = run "'Mix & more.m3u'"
    assert.same({ 0, "", MIX }, { code, err, words_of(out) })
    local drawing = out
    code, out, err = run "--out=disc.svg 'Mix & more.m3u'"
    assert.same({ 0, "", "" }, { code, out, err })
    assert.equal(drawing, sandbox.read(folder .. "/disc.svg"))
  end)

  it("names the disc by the playlist's own title, where it has one", function()
    sandbox.write(folder .. "/titled.m3u", "#EXTM3U\n#PLAYLIST: Summer & sun \none.wav\ntwo.wav\n")
    sandbox.write(folder .. "/blank.m3u", "#EXTM3U\n#PLAYLIST:  \none.wav\ntwo.wav\n")
    sandbox.write(folder .. "/titled.xspf", '<playlist version="1" xmlns="http://xspf.org/ns/0/">'
      .. "<title>Winter</title><trackList><track><location>one.wav</location></track></trackList>"
      .. "</playlist>")
    local titles = {}
    for index, words in ipairs { "titled.m3u", "blank.m3u", "titled.xspf", "--title T titled.m3u",
      "titled.m3u one.wav" } do
      local code, out, err = run(words)
      assert.same({ 0, "" }, { code, err })
      titles[index] = words_of(out)[1]
    end
    assert.same({ "Summer &amp; sun", "blank", "Winter", "T", "Audio CD" }, titles)
  end)

  it("draws a manifest as it would the playlist", function()
    local code, _, err = sandbox.run(("%s %s %s/scripts/burn.lua --quiet --device virtual:disc.cue "
      .. "--manifest disc.json 'Mix & more.m3u'"):format(sandbox.env, sandbox.lua, sandbox.root),
      folder)
    assert.same({ 0, "" }, { code, err })
    local out
    code, out, err = run "--title 'Mix & more' disc.json"
    assert.same({ 0, "", MIX }, { code, err, words_of(out) })
    code, out = run "disc.json"
    assert.same({ 0, "Audio CD" }, { code, words_of(out)[1] })
  end)

  it("takes title and artist, and draws the front", function()
    local code, out, err = run "--title T --artist Them --front one.wav 'Mix & more.m3u'"
    assert.same({ 0, "", { "T", "Them", "Them – T", "Them – T", "T", "Them", "1", "one",
      "00:05", "2", "Ä title", "00:05", "3", "Others – B", "00:04", "3 tracks", "Total 00:14" } },
      { code, err, words_of(out) })
  end)

  it("has the times of the disc, where a short track is filled up to 4 seconds", function()
    sandbox.write(folder .. "/short.wav", tone.wav(tone.pcm({ 440 }, 1)))
    local code, out, err = run "--title T short.wav one.wav"
    assert.same({ 0, "", { "T", "T", "T", "1", "short", "00:04", "2", "one", "00:05", "2 tracks",
      "Total 00:09" } }, { code, err, words_of(out) })
  end)

  it("has the times of --gapless: what fills a sector up is left out between tracks", function()
    local SECTOR = 2352
    for index, sectors in ipairs { 300, 373 } do
      sandbox.write(("%s/join%d.wav"):format(folder, index),
        tone.wav(("\1\0\2\0"):rep(sectors * SECTOR // 4 + 1)))
    end
    local function total(words)
      local code, out, err = run(words .. " join1.wav join2.wav")
      assert.same({ 0, "" }, { code, err })
      local list = words_of(out)
      return list[#list]
    end
    assert.equal("Total 00:09", total "") -- 301 + 374 sectors
    assert.equal("Total 00:08", total "--gapless") -- 674
  end)

  it("replaces an inlay, but nothing else", function()
    sandbox.write(folder .. "/mine.svg", "<svg/>")
    local code, out, err = run "--out=mine.svg one.wav"
    assert.same({ 2, "", "inlay: the drawing mine.svg would destroy a file that is no inlay\n"
      .. "what to do: remove it, or choose another name with --out\n" },
      { code, out, (err:gsub("disc: [^\n]*\n", "")) })
    assert.equal("<svg/>", sandbox.read(folder .. "/mine.svg"))
    assert.equal(0, (run "--out=again.svg one.wav"))
    code, out = run "--json --out=again.svg --artist A two.wav"
    assert.same({ 0, { redbook = 1, event = "inlay", file = "again.svg", title = "Audio CD",
      artist = "A", tracks = 1, front = false } }, { code, cjson.decode(out) })
    assert.same({ "A – Audio CD", "A – Audio CD", "Audio CD", "A", "1", "two", "00:04",
      "1 track", "Total 00:04" }, words_of(sandbox.read(folder .. "/again.svg")))
  end)

  it("says what is wrong", function()
    sandbox.write(folder .. "/none.json", "{}")
    for _, case in ipairs {
      { "", 2, "name a manifest of burn.lua, a playlist or audio files" },
      { "--json one.wav", 2, "--json: the drawing cannot go to standard output, too: name its "
        .. "file with --out" },
      { "none.json", 2, "none.json: it is no manifest of redbook" },
      { "--out=gone/x.svg one.wav", 2, "the drawing gone/x.svg" },
      { "three.wav", 6, "three.wav" },
      { ("one.wav "):rep(100), 2, "100 tracks: a disc holds 99" },
    } do
      local code, out, err = run(case[1])
      local shown = out .. err
      assert.same({ case[2], true }, { code, shown:find(case[3], 1, true) ~= nil }, shown)
    end
  end)
end)
