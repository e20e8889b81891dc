-- SPDX-License-Identifier: GPL-3.0-or-later
-- What counts the tests: a crash, a hang and a broken build must not look like success.

local sandbox = require "spec.support.sandbox"

describe("tap.sh and tally.lua", function()
  local folder

  before_each(function() folder = sandbox.folder() end)
  after_each(function() sandbox.remove(folder) end)

  local function run(name, command, flag, seconds)
    local code = sandbox.run(("env TEST_TIMEOUT=%d spec/support/tap.sh %s %s/%s.tap %s sh -c %s")
      :format(seconds or 300, flag or "", folder, name, name, sandbox.quote(command)), sandbox.root)
    assert.equal(0, code)
  end

  local function tally()
    local code, out = sandbox.run(("%s spec/support/tally.lua %s"):format(sandbox.lua, folder),
                                  sandbox.root)
    return out:match "([^\n]*)\n$", code
  end

  it("count cmocka's and busted's results, skipped ones as neither", function()
    run("cmocka", "printf '1..3\\nok 1 - a\\nok 2 - b\\nnot ok 3 # SKIP c\\n# ok - group\\n'")
    run("busted", "printf 'ok 1 - a\\nok 2 - # SKIP b\\n1..2\\n'")
    assert.same({ "3 passed, 0 failed", 0 }, { tally() })
  end)

  it("count failures", function()
    run("busted", "printf 'ok 1 - a\\nnot ok 2 - b\\n1..2\\n'; exit 1")
    assert.same({ "1 passed, 1 failed", 1 }, { tally() })
  end)

  it("count a crash after the last good test as a failure", function()
    run("crash", "echo 'ok 1 - a'; kill -SEGV $$")
    assert.same({ "1 passed, 1 failed", 1 }, { tally() })
  end)

  it("count a failed exit beside skipped tests as a failure", function()
    run("leak", "echo 'not ok 1 # SKIP a'; exit 23")
    assert.same({ "0 passed, 1 failed", 1 }, { tally() })
  end)

  it("count a program that does not end as a failure", function()
    run("hang", "echo 'ok 1 - a'; sleep 1000", nil, 5) -- to say its first word, on a busy machine
    assert.same({ "1 passed, 1 failed", 1 }, { tally() })
  end)

  it("count a step by its exit code", function()
    run("good", "echo 'not ok, says its output'", "-1")
    run("bad", "exit 2", "-1")
    assert.same({ "1 passed, 1 failed", 1 }, { tally() })
  end)

  it("call it a failure when nothing ran", function()
    assert.same({ "0 passed, 0 failed", 1 }, { tally() })
  end)
end)
