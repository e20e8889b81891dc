-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whatever request for memory or for a thread fails, of Lua's or of C's, once or for ever: a burn
-- raises or gives an error that says so, nothing is left locked, open or running, and the disc has
-- no track that is cut off. (What was lost is the sanitizers' to find.)

local starving = require "spec.host.starving"

describe("without memory", function()
  local bench

  setup(function() bench = starving.new() end)
  teardown(function() bench:close() end)

  -- Of so many requests at least, nearly all are needed.
  local function starve(job, kind, step, least)
    local requests, failed = bench:check_all(starving[job], kind, step)
    assert.is_true(requests >= least, kind .. ": " .. requests)
    assert.is_true(failed * step >= requests, ("%d of %d"):format(failed, requests))
  end

  -- Of requests in Lua most are for loading modules.
  for _, row in ipairs { { job = "BURN", c = 4, lua = 97, each = 1 },
    { job = "RECIPE", c = 47, lua = 499, each = 29 }, { job = "REST", c = 3, lua = 97, each = 1 },
    { job = "SOUND", c = 19, lua = 397, each = 7 } }
  do
    local job = row.job
    it(job .. ": a request of C's fails", function() starve(job, "c", row.c, 30) end)
    it(job .. ": a request of Lua's fails", function() starve(job, "lua", row.lua, 1500) end)
    it(job .. ": each request of C's fails #long", function() starve(job, "c", 1, 30) end)
    it(job .. ": each request of Lua's fails #long", function()
      starve(job, "lua", row.each, 1500)
    end)
  end
end)
