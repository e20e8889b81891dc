std = "lua54"
max_line_length = 100
-- `local _lock <close> = ...` is there to be closed, not read.
ignore = { "211/_.+" }
exclude_files = { "build", "build/**" }

files["spec"] = { std = "+busted" }
files["lua/meta"] = { ignore = { "211", "212", "241", "631" } }
files["spec/support/luarocks-debian.lua"] = { ignore = { "111" } } -- a file of settings
files["**/*.rockspec"] = { std = "+rockspec" }
-- Scripts must say in a sentence that the interpreter is wrong, so every Lua reads them.
files["scripts"] = { std = "min" }
files["scripts/examples"] = { std = "lua54" }
