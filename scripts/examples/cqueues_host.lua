-- SPDX-License-Identifier: GPL-3.0-or-later
-- cqueues (lua-cqueues): `lua5.4 cqueues_host.lua [--cancel] DEVICE FILE...`
--
-- An operation has pollfd, events and timeout, so that `cqueues.poll` takes it as it is.

local job = dofile((arg[0]:match "^.*/" or "./") .. "job.lua")
local cqueues = require "cqueues"
local redbook = require "redbook"

local work = job.new(arg)
local queue = cqueues.new()

local function wait(operation)
  cqueues.poll(operation)
  work.woken = work.woken + 1
end

queue:wrap(function()
  work:burn(function(operation, on_event) return redbook.run(operation, on_event, wait) end)
end)

queue:wrap(function()
  while not work.over do
    work:tick()
    cqueues.sleep(job.TICK)
  end
end)

assert(queue:loop())
os.exit(work:finish(), true)
