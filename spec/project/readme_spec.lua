-- SPDX-License-Identifier: GPL-3.0-or-later
-- What README says is there: members, options, exit codes, events, the example.

local core = require "redbook.core"
local json_events = require "redbook.report.json"
local manifest = require "redbook.manifest"
local exit = require "redbook.cli.exit"
local args = require "redbook.cli.args"
local blank = require "redbook.cli.blank"
local rescue = require "redbook.cli.rescue"
local vdrive = require "redbook.cli.vdrive"
local verify = require "redbook.cli.verify"
local sandbox = require "spec.support.sandbox"
local tone = require "spec.support.tone"

local readme = sandbox.read(sandbox.root .. "/README.md")

-- The words in backquotes of one section.
local function section(title)
  local text = assert(readme:match("\n## " .. title .. "\n(.-)\n## "), title)
  local words = {}
  for quoted in text:gmatch "`([^`\n]+)`" do
    for word in quoted:gmatch "[%w_%-]+" do words[word] = true end
  end
  return words, text
end

local function missing(names, words)
  local list = {}
  for _, name in ipairs(names) do
    if not words[name] then list[#list + 1] = name end
  end
  table.sort(list)
  return list
end

describe("README", function()
  local folder

  setup(function() folder = sandbox.folder() end)
  teardown(function() sandbox.remove(folder) end)

  it("names every member of every class", function()
    sandbox.write(folder .. "/tone.wav", tone.wav(tone.pcm({ 440 }, 1)))
    local source = assert(core.AudioSource(folder .. "/tone.wav"))
    local virtual = assert(core.VirtualRecorder { path = folder .. "/disc.cue" })
    local objects = { core.DiscMaster(), virtual, assert(virtual:Recorder()), core.TrackAtOnce(),
      core.Verification(), core.Erase(),
      source, assert(source:BeginScan()), assert(core.trap_signals { "USR2" }),
      assert(virtual:Serve()) }
    local names = {}
    for _, object in ipairs(objects) do
      for member in pairs(getmetatable(object).__members) do names[#names + 1] = member end
    end
    for index = #objects, 1, -1 do
      local close = objects[index].Close or objects[index].close
      if close then close(objects[index]) end
    end
    assert.is_true(#names > 90)
    local words = {}
    for _, title in ipairs { "The API", "Embedding", "The virtual recorder and its files" } do
      for word in pairs((section(title))) do words[word] = true end
    end
    assert.same({}, missing(names, words))
  end)

  it("names every option of burn.lua", function()
    local words, names = section "burn.lua", {}
    for option in args.help():gmatch "%s(%-%-%l[%l-]+)" do names[#names + 1] = option end
    assert.is_true(#names >= 14)
    assert.same({}, missing(names, words))
  end)

  it("names every option of vdrive.lua", function()
    local words, names = section "Running other programs on the virtual drive", {}
    for option in vdrive.help():gmatch "%s(%-%-%l[%l-]+)" do names[#names + 1] = option end
    assert.is_true(#names >= 12)
    assert.same({}, missing(names, words))
  end)

  it("names every option and every state of rescue.lua", function()
    local words, names = section "rescue.lua", {}
    for option in rescue.help():gmatch "%s(%-%-%l[%l-]+)" do names[#names + 1] = option end
    assert.is_true(#names >= 14)
    assert.same({}, missing(names, words))
    assert.same({}, missing({ "none", "unsuitable", "pressed", "blank", "open", "incomplete",
      "damaged", "appendable", "finalised", "simulated", "unknown" }, words))
  end)

  it("names every option of discinfo.lua and drives.lua", function()
    local words, names = section "discinfo.lua and drives.lua", {}
    for _, program in ipairs { "discinfo", "drives" } do
      local help = require("redbook.cli." .. program).help()
      for option in help:gmatch "%s(%-%-%l[%l-]+)" do names[#names + 1] = option end
    end
    assert.is_true(#names >= 10)
    assert.same({}, missing(names, words))
  end)

  it("names every option and every finding of doctor.lua", function()
    local words, names = section "doctor.lua", {}
    for option in require("redbook.cli.doctor").help():gmatch "%s(%-%-%l[%l-]+)" do
      names[#names + 1] = option
    end
    local _, out = sandbox.run("cat lua/redbook/doctor/*.lua", sandbox.root)
    for _, kind in ipairs { "problem", "warning", "note" } do
      for id in out:gmatch("[^%w]" .. kind .. '%(%s*"([%l_]+)"') do names[#names + 1] = id end
    end
    assert.is_true(#names >= 35)
    assert.same({}, missing(names, words))
  end)

  it("names every option of blank.lua", function()
    local words, names = section "blank.lua", {}
    for option in blank.help():gmatch "%s(%-%-%l[%l-]+)" do names[#names + 1] = option end
    assert.is_true(#names >= 9)
    assert.same({}, missing(names, words))
  end)

  it("names every option of inlay.lua", function()
    local words, names = section "inlay.lua", {}
    for option in require("redbook.cli.inlay").help():gmatch "%s(%-%-%l[%l-]+)" do
      names[#names + 1] = option
    end
    assert.is_true(#names >= 9)
    assert.same({}, missing(names, words))
  end)

  it("names every option of watch.lua, and every member of a job", function()
    local words, names = section "Jobs and watch.lua", {}
    for option in require("redbook.cli.watch").help():gmatch "%s(%-%-%l[%l-]+)" do
      names[#names + 1] = option
    end
    assert.is_true(#names >= 9)
    for _, member in ipairs { "redbook", "job", "files", "tracks", "catalog", "settings", "comment",
      "path_bytes", "job_result", "begun", "ended", "exit", "ok", "disc", "error", "manifest" } do
      names[#names + 1] = member
    end
    assert.same({}, missing(names, words))
  end)

  it("names every option of verify.lua, and every member of a manifest", function()
    local words, names = section "Manifest and verify.lua", {}
    for option in verify.help():gmatch "%s(%-%-%l[%l-]+)" do names[#names + 1] = option end
    assert.is_true(#names >= 6)
    for _, member in ipairs(manifest.MEMBERS) do names[#names + 1] = member end
    assert.same({}, missing(names, words))
  end)

  it("names every exit code", function()
    local _, text = section "burn.lua"
    local listed, known = {}, {}
    for row in text:gmatch "\n| ([%d, ]+) |" do
      for number in row:gmatch "%d+" do listed[#listed + 1] = tonumber(number) end
    end
    for _, value in pairs(exit) do
      if type(value) == "number" then known[#known + 1] = value end
    end
    for _, value in pairs(exit.SIGNALS) do known[#known + 1] = value end
    table.sort(listed)
    table.sort(known)
    assert.same(known, listed)
  end)

  it("names every event that burn.lua can write, and the schema's version", function()
    local words, text = section "JSON events"
    local _, out = sandbox.run("grep -rhoE 'event = \"[a-z_]+\"|emit\\(\"[a-z_]+\"' lua/redbook",
                               sandbox.root)
    local names = {}
    for name in out:gmatch '"([%l_]+)"' do names[#names + 1] = name end
    assert.is_true(#names >= 15)
    assert.same({}, missing(names, words))
    assert.truthy(text:find(('"redbook":%d'):format(json_events.VERSION), 1, true))
  end)

  it("has an example that burns", function()
    local example = assert(readme:match "```lua\n(.-)```")
    local pcm = { tone.pcm({ 440, 550, 660, 880 }, 1), tone.pcm({ 880, 660, 550, 440 }, 1) }
    sandbox.write(folder .. "/example.lua", example)
    sandbox.write(folder .. "/one.flac", tone.wav(pcm[1])) -- content counts, not the name
    sandbox.write(folder .. "/two.mp3", tone.wav(pcm[2]))
    local code, out, err = sandbox.run(sandbox.env .. " " .. sandbox.lua .. " example.lua", folder)
    assert.same({ 0, "", "" }, { code, out, err })
    local disc = sandbox.read(folder .. "/mixtape.bin")
    assert.is_true(disc:sub(1, #pcm[1]) == pcm[1])
    local second = (300 + 152) * 2352
    assert.is_true(disc:sub(second + 1, second + #pcm[2]) == pcm[2])
  end)
end)
