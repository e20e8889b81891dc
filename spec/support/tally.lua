-- SPDX-License-Identifier: GPL-3.0-or-later
-- tally.lua FOLDER...: counts the TAP results below the folders; last line "N passed, N failed".
-- Exit code 1 when something failed or nothing ran.

local lfs = require "lfs"

local function tap_files(folder, found)
  for name in lfs.dir(folder) do
    local path = folder .. "/" .. name
    if lfs.attributes(path, "mode") == "directory" and name:sub(1, 1) ~= "." then
      tap_files(path, found)
    elseif name:match "%.tap$" then
      found[#found + 1] = path
    end
  end
  return found
end

local function count(path, total)
  for line in io.lines(path) do
    if line:match "^ok .*# SKIP" or line:match "^not ok .*# SKIP" then
      total.skipped = total.skipped + 1
    elseif line:match "^ok " then
      total.passed = total.passed + 1
    elseif line:match "^not ok " then
      total.failed = total.failed + 1
      print(path .. ": " .. line)
    end
  end
end

local sum = { passed = 0, failed = 0, skipped = 0 }
for _, folder in ipairs(arg) do
  if lfs.attributes(folder, "mode") == "directory" then
    for _, path in ipairs(tap_files(folder, {})) do count(path, sum) end
  end
end
if sum.skipped > 0 then print(sum.skipped .. " skipped") end
print(("%d passed, %d failed"):format(sum.passed, sum.failed))
os.exit(sum.failed == 0 and sum.passed > 0, true)
