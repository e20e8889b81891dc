-- SPDX-License-Identifier: GPL-3.0-or-later
-- Completions for bash, zsh and fish, from what describe.lua says of a program.

local complete = {}

-- "burn.lua" -> "_redbook_burn_lua", which every shell takes for a name.
local function identifier(made)
  return "_redbook_" .. made.name:gsub("[^%w]", "_")
end

local function options_of(made)
  local list = {}
  for _, group in ipairs(made.groups) do
    for _, option in ipairs(group.options) do list[#list + 1] = option end
  end
  return list
end

-- One sentence tells enough; two would not fit into a line of a list.
local function short(text)
  return (text:match "^(.-)%.%s" or text):gsub("%.$", "")
end

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- What bash does for a value; `cur` is what has been written of it.
local BASH = {
  file = "_redbook_files -f", folder = "_redbook_files -d",
  device = "_redbook_devices",
}

local function bash_value(value)
  if value.kind == "words" then
    return ("COMPREPLY=($(compgen -W %s -- \"$cur\"))"):format(
      quote(table.concat(value.words, " ")))
  end
  return BASH[value.kind] or ":"
end

-- `=` and `:` are words of their own in COMP_WORDS.
local BASH_HEAD = [=[
_redbook_files() {
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
  (( ${#COMPREPLY[@]} )) && compopt -o filenames 2>/dev/null
}
_redbook_devices() {
  _redbook_files -f
  local drive
  for drive in virtual: /dev/sr[0-9]*; do
    [[ ( -e $drive || $drive = virtual: ) && $drive = "$cur"* ]] && COMPREPLY+=("$drive")
  done
  [[ ${COMPREPLY[0]} = virtual: ]] && compopt -o nospace 2>/dev/null
}
]=]

---@param made redbook.Description
---@return string file for bash-completion's folder
function complete.bash(made)
  local names, cases = {}, {}
  for _, option in ipairs(options_of(made)) do
    names[#names + 1] = option.name
    if option.argument and not option.optional then
      cases[#cases + 1] = ("    %s) %s; return ;;"):format(option.name, bash_value(option))
    end
  end
  local first = made.arguments[1]
  local name = identifier(made)
  return ([=[
# bash completion for NAME
HEADIDENTIFIER() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [[ $cur = = ]]; then
    cur=
  elif [[ $prev = = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $cur = : || $prev = : ]]; then
    cur=${cur#:}
    _redbook_files -f
    return
  fi
  case $prev in
CASES
  esac
  if [[ $cur = -* ]]; then
    COMPREPLY=($(compgen -W 'NAMES' -- "$cur"))
  else
    VALUE
  fi
}
complete -F IDENTIFIER NAME
]=]):gsub("%u%u%u%u+", { HEADIDENTIFIER = BASH_HEAD .. name, IDENTIFIER = name, NAME = made.name,
    CASES = table.concat(cases, "\n"), NAMES = table.concat(names, " "),
    VALUE = first and bash_value(first) or ":" })
end

local ZSH = { file = "_files", folder = "_files -/", device = "_redbook_device" }

local function zsh_value(value)
  if value.kind == "words" then return "(" .. table.concat(value.words, " ") .. ")" end
  return ZSH[value.kind] or " "
end

local function zsh_text(text)
  return (text:gsub("[%[%]:\\]", "\\%0"))
end

local ZSH_DEVICE = [[
_redbook_device() {
  if compset -P 'virtual:'; then
    _files
  else
    compadd -S '' virtual:
    local -a drives=(/dev/sr[0-9]*(N))
    (( $#drives )) && compadd -a drives
    _files
  fi
}
]]

local function zsh_option(option)
  local star = option.many and "*" or ""
  local head = ("%s%s"):format(star, option.name)
  if option.argument then head = head .. (option.optional and "=-" or "=") end
  local line = ("%s[%s]"):format(head, zsh_text(short(option.text)))
  if option.argument then
    line = ("%s%s%s:%s"):format(line, option.optional and "::" or ":", zsh_text(option.argument),
      zsh_value(option))
  end
  return line
end

---@param made redbook.Description
---@return string file of zsh's fpath
function complete.zsh(made)
  local list = { "#compdef " .. made.name, ZSH_DEVICE .. "_arguments -S \\" }
  for _, option in ipairs(options_of(made)) do
    list[#list + 1] = ("  %s \\"):format(quote(zsh_option(option)))
  end
  for _, argument in ipairs(made.arguments) do
    list[#list + 1] = ("  %s \\"):format(quote(("%s:%s:%s"):format(argument.many and "*" or "",
      zsh_text(argument.argument), zsh_value(argument))))
  end
  list[#list] = list[#list]:gsub(" \\$", "")
  return table.concat(list, "\n") .. "\n"
end

local FISH_DEVICES = [[
function __redbook_devices
    set -l token (string replace -r '^--[a-z-]+=' '' -- (commandline -ct))
    if string match -q 'virtual:*' -- $token
        for name in (string replace virtual: '' -- $token)*
            echo virtual:$name
        end
    else
        echo virtual:
        for drive in /dev/sr*
            echo $drive
        end
        __fish_complete_path $token
    end
end
]]

local function fish_value(value)
  if value.kind == "file" then return " -r -F" end
  if value.kind == "folder" then return " -x -a '(__fish_complete_directories)'" end
  if value.kind == "device" then return " -x -a '(__redbook_devices)'" end
  if value.kind == "words" then return " -x -a " .. quote(table.concat(value.words, " ")) end
  return " -x"
end

---@param made redbook.Description
---@return string file of fish's completions
function complete.fish(made)
  local list = { "# fish completion for " .. made.name, (FISH_DEVICES:gsub("\n$", "")) }
  for _, option in ipairs(options_of(made)) do
    list[#list + 1] = ("complete -c %s -l %s%s -d '%s'"):format(made.name, option.name:sub(3),
      option.argument and not option.optional and fish_value(option) or "",
      (short(option.text):gsub("[\\']", "\\%0")))
  end
  local first = made.arguments[1]
  if first and first.kind == "device" then
    list[#list + 1] = ("complete -c %s -a '(__redbook_devices)'"):format(made.name)
  elseif not first then
    list[#list + 1] = ("complete -c %s -f"):format(made.name)
  end
  return table.concat(list, "\n") .. "\n"
end

return complete
