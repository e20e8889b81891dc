-- SPDX-License-Identifier: GPL-3.0-or-later

local cjson = require "cjson"
local sandbox = require "spec.support.sandbox"
local schema = require "redbook.report.schema"
local write = require "redbook.report.schema.write"

-- A valid event with changes; a field that is set to cjson.null is taken away.
local function changed(name, changes)
  local event = cjson.decode(write.example(name))
  for key, value in pairs(changes) do
    event[key] = value ~= cjson.null and value or nil
  end
  return event
end

describe("report.schema", function()
  it("has an example of every event, which is valid", function()
    local count = 0
    for name in pairs(schema.events) do
      local line = write.example(name)
      local head = ('{"redbook":%d,"event":"%s"'):format(schema.VERSION, name)
      assert.equal(head, line:sub(1, #head))
      assert.same({ true }, { schema.check(cjson.decode(line)) }, name)
      count = count + 1
    end
    assert.is_true(count >= 29)
  end)

  it("has an entry for every event that is in the sources", function()
    local _, out = sandbox.run("grep -rhoE 'event = \"[a-z_]+\"|emit\\(\"[a-z_]+\"' lua/redbook "
      .. "--exclude-dir=schema", sandbox.root)
    local missing, count = {}, 0
    for name in out:gmatch '"([%l_]+)"' do
      count = count + 1
      if not schema.events[name] then missing[#missing + 1] = name end
    end
    assert.is_true(count >= 30)
    assert.same({}, missing)
  end)

  it("says where an event is not as it should be", function()
    for _, case in ipairs {
      { { event = "scam" }, "'scam' is no event" },
      { {}, "'nil' is no event" },
      { changed("scan", { redbook = 2 }), "scan.redbook: 1 expected, got 2" },
      { changed("scan", { speed = 1 }), "scan: unknown field 'speed'" },
      { changed("scan", { path = cjson.null }), "scan: 'path' is missing" },
      { changed("scan", { index = "1" }), "scan.index: integer expected, got 1" },
      { changed("scan", { index = 1.5 }), "scan.index: integer expected, got 1.5" },
      { changed("plan", { tracks = {} , fits = 1 }), "plan.fits: boolean expected, got 1" },
      { changed("plan", { tracks = { { number = 1 } } }), "plan.tracks[1]: '.+' is missing" },
      { changed("plan", { remarks = { a = "b" } }), "plan.remarks: a list expected" },
      { changed("plan", { remarks = { 5 } }), "plan.remarks[1]: string expected, got 5" },
      { changed("step", { step = "jump" }), "step.step: 'jump' is none of settle, forget_test, "
        .. "close_track, close_session" },
      { changed("error", { err = "gone" }), "error.err: an object expected" },
      { changed("error", { err = { stage = "burn", message = "m", disc = "open", sense = {
        key = 3, asc = 12, ascq = 0, lba = 7 } } }), "error.err.sense: unknown field 'lba'" },
    } do
      local ok, problem = schema.check(case[1])
      local pattern = case[2]:gsub("[%[%]%(%)%?]", "%%%0")
      assert.is_nil(ok)
      assert.is_truthy(problem:find("^" .. pattern .. "$"), problem)
    end
  end)

  it("lets a name stand beside its bytes, and a drive beside any event", function()
    assert.is_true(schema.check(changed("scan", { path_bytes = "4af3" })))
    assert.is_true(schema.check(changed("end", { device = "/dev/sr0" })))
  end)

  it("is a page that has every field of every event", function()
    local page = write.page()
    for name, event in pairs(schema.events) do
      local part = page:match("\n## " .. name .. "\n(.-)\n##? ")
      assert.is_truthy(part:find(event.when, 1, true), name)
      for field in pairs(schema.fields(name)) do
        assert.is_truthy(part:find(("\n| `%s` | "):format(field), 1, true), name .. "." .. field)
      end
      assert.is_truthy(part:find("    " .. write.example(name), 1, true), name)
    end
    for link in page:gmatch "%]%(#([%l_]+)%)" do
      assert.is_truthy(page:find("\n## " .. link .. "\n", 1, true), link)
    end
  end)
end)
