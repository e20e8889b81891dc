-- SPDX-License-Identifier: GPL-3.0-or-later
-- What every spec starts with: the checkout's modules and the C modules of one build folder
-- ($BUILD, default "build"), by absolute paths, so that a spec may change folder.

local lfs = require "lfs"

local root = lfs.currentdir()
local build = os.getenv "BUILD" or "build"
if build:sub(1, 1) ~= "/" then build = root .. "/" .. build end

package.path = ("%s/lua/?.lua;%s/lua/?/init.lua;%s/?.lua;%s"):format(root, root, root, package.path)
package.cpath = ("%s/?.so;%s/spec/?.so;%s"):format(build, build, package.cpath)

package.loaded["spec.support.place"] = { root = root, build = build }


-- A sanitizer's library is preloaded into this Lua and into those that specs start by
-- `sandbox.lua`, not into sh, sox or flac: it would find their leaks, and some die of it.
if os.getenv "REDBOOK_PRELOAD" then require("environment").unset "LD_PRELOAD" end
