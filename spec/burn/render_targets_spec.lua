-- SPDX-License-Identifier: GPL-3.0-or-later
-- render.lua destroys nothing: no source, no file of anybody's; and leaves nothing half-done.

local burn_lua = require "spec.burn.burn_lua"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

describe("render.lua keeps its hands off files that are there:", function()
  local room

  setup(function()
    room = burn_lua.room()
    for number = 1, 3 do
      room:must(("ffmpeg -v error -f lavfi -i sine=%d00:d=1 -ar 96000 -ac 2 -c:a pcm_s24le "
        .. "-metadata title=T%d 't%d.wav'"):format(number + 3, number, number))
    end
  end)
  teardown(function() room:close() end)

  local function render(words, before)
    return sandbox.run(("%s%s %s %s/scripts/render.lua %s"):format(before or "", sandbox.env,
      sandbox.lua, sandbox.root, words), room.folder)
  end

  -- Names and contents of a folder's files.
  local function contents(folder)
    local list = {}
    for name in lfs.dir(room.folder .. "/" .. folder) do
      local path = folder .. "/" .. name
      if name ~= "." and name ~= ".." then
        list[name] = lfs.attributes(room.folder .. "/" .. path, "mode") == "file"
          and room:read(path) or "no file"
      end
    end
    return list
  end

  -- What a run refuses, in words, while nothing in the folder changes.
  local function refuses(folder, words, message, advice)
    local before = contents(folder)
    local code, out, err = render(words)
    assert.same({ 2, "", ("render: %s\ndisc: No disc was written to.\nwhat to do: %s\n"):format(
      message, advice) }, { code, out, err })
    assert.same(before, contents(folder))
  end

  local OTHER = "choose another folder with --out DIR"
  local REMOVE = "remove it, or " .. OTHER

  it("the sources themselves", function()
    room:must "mkdir own && for n in 1 2 3; do cp t$n.wav \"own/0$n T$n.wav\"; done"
    refuses("own", "--out own own/*.wav",
      "own/01 T1.wav would overwrite itself, which is to be rendered", OTHER)
    -- The second of a list is looked at before the first is rendered.
    room:must "mkdir second && cp t1.wav second/a.wav && cp t2.wav 'second/02 T2.wav'"
    refuses("second", "--out ./second second/a.wav 'second/02 T2.wav'",
      "./second/02 T2.wav would overwrite second/02 T2.wav, which is to be rendered",
      OTHER)
  end)

  it("sources by other names", function()
    room:must "mkdir links && cp t1.wav links/one.wav && ln links/one.wav 'links/02 T2.wav'"
    room:must "ln -s one.wav 'links/01 T1.wav'"
    refuses("links", "--out links links/one.wav t2.wav",
      "links/01 T1.wav would overwrite links/one.wav, which is to be rendered", OTHER)
    refuses("links", "--out links t3.wav t2.wav links/one.wav",
      "links/02 T2.wav would overwrite links/one.wav, which is to be rendered", OTHER)
  end)

  it("headerless sound of a cue sheet", function()
    room:must "mkdir cue && sox t1.wav -t raw -r 44100 -e signed -b 16 cue/01.raw trim 0 1"
    room:write("cue/a.cue", 'FILE "01.raw" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n')
    refuses("cue", "--raw --out cue cue/a.cue",
      "cue/01.raw would overwrite itself, which is to be rendered", OTHER)
  end)

  it("a folder without a name, which would be the root", function()
    assert.same({ 2, "", "render: --out: the name of a folder is empty\n" .. "disc: No disc was "
      .. "written to.\nwhat to do: render.lua --help lists the options\n" },
      { render "--out '' t1.wav" })
  end)

  it("what somebody else has there", function()
    room:must "mkdir else && echo mine > 'else/02 T2.wav'"
    refuses("else", "--out else t1.wav t2.wav", "else/02 T2.wav is there already", REMOVE)
    room:must "ln -s nowhere 'else/03 T3.wav'"
    refuses("else", "--out else t1.wav t2.wav t3.wav",
      "else/02 T2.wav is there already, and 1 more of the files to be written",
      "remove them, or " .. OTHER)
    room:must "mkdir part && echo mine > part/01.raw.part"
    refuses("part", "--raw --out part t1.wav", "part/01.raw.part is there already", REMOVE)
    for _, name in ipairs { "disc.cue", "disc.bin", "disc.pre", "disc.cdt", "disc.cue.part" } do
      room:must(("rm -rf bin && mkdir bin && echo mine > bin/%s"):format(name))
      refuses("bin", "--bin-cue --out bin t1.wav", ("bin/%s is there already"):format(name),
        REMOVE)
    end
  end)

  it("what it has rendered itself", function()
    assert.equal(0, (render "--out again t1.wav t2.wav"))
    local before = contents "again"
    refuses("again", "--out again t1.wav t2.wav",
      "again/01 T1.wav is there already, and 1 more of the files to be written",
      "remove them, or " .. OTHER)
    assert.is_not_nil(before["02 T2.wav"])
    -- Another track of another name is in nobody's way.
    assert.equal(0, (render "--out again t3.wav"))
  end)

  it("and gives a whole disc its names when it is complete", function()
    assert.equal(0, (render "--bin-cue --out whole t1.wav"))
    local names = {}
    for name in pairs(contents "whole") do names[#names + 1] = name end
    table.sort(names)
    assert.same({ "disc.bin", "disc.cue" }, names)
    assert.equal(0, (room:burn "--yes --quiet --device virtual:disc.cue t1.wav"))
    for _, name in ipairs(names) do
      assert.is_true(room:read(name) == room:read("whole/" .. name), name)
    end
  end)

  it("and leaves nothing on a disk that is full", function()
    local full = sandbox.quote(room.folder .. "/full")
    local within = ("unshare -m sh -c 'mount -t tmpfs -o size=512k redbook \"$0\" && { \"$@\"; "
      .. "code=$?; echo left: $(ls -A \"$0\"); exit $code; }' %s "):format(full)
    room:must "mkdir full"
    if sandbox.run(within .. "true") ~= 0 then
      pending "no mount namespaces here"
      return
    end
    for form, name in pairs { ["--bin-cue"] = "disc.cue", ["--raw"] = "01.raw",
      ["--wav"] = "01 T1.wav" } do
      assert.same({ 6, "left:\n", ("render: %s/full/%s cannot be written: No space left on device\n"
        .. "disc: No disc was written to.\nwhat to do: choose a folder with room that you may "
        .. "write to\n"):format(room.folder, name) },
        { render(("%s --out %s t1.wav"):format(form, full), within .. "env ") })
    end
  end)
end)
