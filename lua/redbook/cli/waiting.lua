-- SPDX-License-Identifier: GPL-3.0-or-later
-- --wait-for-disc[=SECONDS], and --wait, its short form: the same in every program that has it.

local waiting = {}

-- How long a bare one waits for a disc, and how long any disc may take to become ready.
waiting.SECONDS = 600

-- argparse has no optional value that must be joined by `=`; the help shows it so.
local ARGUMENT = "[=SECONDS]"
local NAMES = { ["--wait-for-disc"] = true, ["--wait"] = true }

---@param shown string how a message spells the option and its value: "--wait=%s"
---@return fun(value: string): number?, string?
function waiting.converter(shown)
  return function(value)
    local number = tonumber(value)
    if not number or number < 0 or number > 86400 or number ~= number then
      return nil, (shown .. ": a number of seconds, up to 86400"):format(value)
    end
    return number
  end
end

---Adds both to a command line; their value is `options.wait`.
---@param parser table of argparse
---@param text string? what --help says, where it is not what it means elsewhere
---@return table ... the options, for a group of its help
function waiting.define(parser, text)
  return parser:option("--wait-for-disc", text or ("Wait for a disc to be put in, or for a drive "
      .. "that is held, at most SECONDS (600); --wait is the same. Without it a disc in the drive "
      .. "gets 60 seconds to become ready.")):argname(ARGUMENT):target "wait"
      :convert(waiting.converter "--wait-for-disc=%s"),
    parser:option("--wait"):argname(ARGUMENT):target "wait":hidden(true)
      :convert(waiting.converter "--wait=%s")
end

---A bare one must not take the file that follows it for its seconds.
---@param word string of a command line
---@return string word with the seconds that are meant
function waiting.rewrite(word)
  return NAMES[word] and ("%s=%d"):format(word, waiting.SECONDS) or word
end

---@param words string[] of a command line
---@return string[]
function waiting.all(words)
  local list, over = {}, false
  for index, word in ipairs(words) do
    over = over or word == "--"
    list[index] = over and word or waiting.rewrite(word)
  end
  return list
end

---@param words string[] of a command line where a number behind it is its seconds
---@return string[]
function waiting.join(words)
  local list, index = {}, 1
  while words[index] and words[index] ~= "--" do
    local word, value = words[index], words[index + 1]
    local joined = NAMES[word] and value and value:find "^[%d.]+$"
    list[#list + 1] = joined and word .. "=" .. value or waiting.rewrite(word)
    index = index + (joined and 2 or 1)
  end
  return table.move(words, index, #words, #list + 1, list)
end

---@param help string of argparse
---@return string as options whose value may be absent are to be typed
function waiting.help(help)
  return (help:gsub("(%-%-[%l-]+) %[=(%u+)%]", "%1[=%2] "):gsub(" +\n", "\n"))
end

return waiting
