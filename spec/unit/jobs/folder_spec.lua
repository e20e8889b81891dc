-- SPDX-License-Identifier: GPL-3.0-or-later

local cjson = require "cjson"
local folder = require "redbook.jobs.folder"
local lfs = require "lfs"
local sandbox = require "spec.support.sandbox"

describe("jobs.folder", function()
  local root, opened

  before_each(function()
    root = sandbox.folder()
    opened = assert(folder.open(root))
  end)
  after_each(function()
    opened:close()
    sandbox.remove(root)
  end)

  local function put(name, text, age)
    sandbox.write(root .. "/" .. name, text or name)
    local time = os.time() - (age or 60)
    assert(lfs.touch(root .. "/" .. name, time, time))
  end

  local function names(list)
    local made = {}
    for index, item in ipairs(list) do made[index] = item.name end
    return made
  end

  local function listing()
    local _, out = sandbox.run("find . -type f ! -name '.*' | LC_ALL=C sort | tr '\n' ' '", root)
    return out
  end

  it("is one process' at a time", function()
    assert.same({ nil, "is watched by another process", true }, { folder.open(root .. "//") })
    opened:close()
    opened = assert(folder.open(root .. "/"))
    assert.same({ nil, "is no folder" }, { folder.open(root .. "/none") })
    put "file"
    assert.same({ nil, "is no folder" }, { folder.open(root .. "/file") })
  end)

  it("lists whole job files by name", function()
    for _, name in ipairs { "b.json", "a.json", ".c.json", "d.txt", "e.result.json", ".json",
      "f.json~", "A.json" } do
      put(name)
    end
    assert(lfs.mkdir(root .. "/g.json"))
    assert(lfs.link("a.json", root .. "/i.json", true))
    assert.same({ { "A.json", "a.json", "b.json" }, false },
      { names((opened:jobs())), (select(2, opened:jobs())) })
    local began, list, more
    repeat -- not when the machine has stood still meanwhile
      began = os.time()
      put("h.json", "{", 0)
      list, more = opened:jobs()
    until os.time() - began < 2
    assert.same({ { "A.json", "a.json", "b.json" }, true }, { names(list), more })
    put("h.json", "{", 3)
    list, more = opened:jobs()
    assert.same({ "h.json", true, false, false }, { list[4].name, list[4].young, list[1].young,
      more })
  end)

  it("takes a job, and puts it with its result where both belong", function()
    for number = 1, 2 do
      put "a.json"
      assert.equal(root .. "/working/a.json", (opened:take "a.json"))
      assert.equal("./working/a.json ", (listing():match "%./working%S* "))
      local stem = root .. "/done/a" .. (number == 2 and "-2" or "")
      assert.same({ stem .. ".json", stem .. ".result.json" },
        { opened:finish("a.json", { ok = true, exit = 0, disc = "finalised" }) })
    end
    put "a.json"
    assert(opened:take "a.json")
    assert(opened:finish("a.json", { ok = false, exit = 5, comment = "x" }))
    assert.equal("./done/a-2.json ./done/a-2.result.json ./done/a.json ./done/a.result.json "
      .. "./failed/a.json ./failed/a.result.json ", listing())
    assert.equal('{\n  "redbook": 1,\n  "job_result": 1,\n  "job": "failed/a.json",\n'
      .. '  "comment": "x",\n  "exit": 5,\n  "ok": false\n}\n',
      sandbox.read(root .. "/failed/a.result.json"))
    assert.is_nil((opened:take "gone.json"))
  end)

  it("finds where a process was that is gone", function()
    -- Taken and no more; a result is written; the job is moved, its result not yet.
    put("working/taken.json")
    put('working/"odd.json')
    put('working/"odd.result.json', '{\n  "redbook": 1,\n  "job": "done/\\"odd.json",\n  "x": 1\n}')
    put("failed/moved-2.json")
    put("working/moved.result.json", '{\n  "job": "failed/moved-2.json"\n}\n')
    assert.same({ "taken.json" }, opened:recover())
    assert.equal('./done/"odd.json ./done/"odd.result.json ./failed/moved-2.json '
      .. "./failed/moved-2.result.json ./working/taken.json ", listing())
    assert(opened:finish("taken.json", { ok = false, exit = 10 }))
    assert.same({}, opened:recover())
    assert.equal("failed/taken.json", cjson.decode(sandbox.read(root
      .. "/failed/taken.result.json")).job)
  end)

  it("stands names of any bytes, and of any length", function()
    local long, odd = ("\u{e4}"):rep(124) .. "x.json", "a\nb\xE4\"\\.json"
    for _, name in ipairs { long, odd } do
      put(name)
      assert.equal(name, opened:jobs()[1].name)
      local path = assert(opened:take(name))
      assert(opened:give_back(name))
      assert.equal(path, (opened:take(name)))
      local job, result = opened:finish(name, { ok = true, exit = 0 })
      assert.is_truthy(job and lfs.attributes(job) and lfs.attributes(result))
      local data = cjson.decode(sandbox.read(result))
      local bytes = data.job_bytes and data.job_bytes:gsub("%x%x", function(pair)
        return string.char(tonumber(pair, 16))
      end)
      assert.equal(job, root .. "/" .. (bytes or data.job))
      -- As if it had been killed before it could move the result.
      local working = root .. "/working/" .. path:match("[^/]*$"):gsub("%.json$", ".result.json")
      assert(os.rename(result, working))
      assert.same({}, opened:recover())
      assert.is_nil(lfs.attributes(working))
      assert.is_truthy(lfs.attributes(result))
    end
  end)

  it("says what has become of the folder, and of a job", function()
    put "a.json"
    assert(os.remove(root .. "/working"))
    local path, problem, gone = opened:take "a.json"
    assert.same({ nil, false }, { path, gone })
    assert.is_truthy(problem:find "No such file")
    assert.same({ nil, true }, { (opened:take "b.json"), (select(3, opened:take "b.json")) })
    assert(os.remove(root .. "/.redbook-watch.lock"))
    assert.same({ nil, "is not the folder any more that it was" }, { opened:jobs() })
    sandbox.run("mv " .. root .. " " .. root .. "-moved")
    assert.same({ nil, "is not there any more" }, { opened:jobs() })
    sandbox.run("mv " .. root .. "-moved " .. root)
  end)
end)
