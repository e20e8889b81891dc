-- SPDX-License-Identifier: GPL-3.0-or-later
-- redbook: everything of redbook.core, and the Lua parts on top of it.

local core = require "redbook.core"

local redbook = {}
for name, value in pairs(core) do redbook[name] = value end

redbook.run = require "redbook.run"
redbook.playlist = require "redbook.playlist"
redbook.plan = require "redbook.plan"
redbook.msf = require "redbook.msf"
redbook.manifest = require "redbook.manifest"
redbook.recipe = require "redbook.recipe"
redbook.report = require "redbook.report"
redbook.discid = require "redbook.discid"
redbook.doctor = require("redbook.doctor").examine
redbook.drives = require "redbook.drives"

return redbook
