-- SPDX-License-Identifier: GPL-3.0-or-later
-- Manual pages and completions: made of every program's own definitions, and understood by those
-- that they are for.

local lfs = require "lfs"
local pages = require "redbook.cli.pages"
local sandbox = require "spec.support.sandbox"
local screen = require "spec.support.screen"

local function programs()
  local names = {}
  for name in lfs.dir(sandbox.root .. "/scripts") do
    if name:find "%.lua$" then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

describe("the pages", function()
  local folder
  local names = programs()

  setup(function()
    folder = sandbox.folder()
    pages(folder .. "/pages", table.concat(names, " "))
    for _, name in ipairs { "a song.flac", "mixtape.cue", "list.m3u" } do
      sandbox.write(folder .. "/" .. name, "")
    end
    assert(lfs.mkdir(folder .. "/album"))
    -- A command of that name, which completions stand for.
    sandbox.write(folder .. "/burn.lua", "")
  end)
  teardown(function() sandbox.remove(folder) end)

  local function must(command)
    local code, out, err = sandbox.run(command, folder)
    assert.equal(0, code, command .. out .. err)
    return out .. err
  end

  it("are there for every program", function()
    assert.is_true(#names >= 9)
    for _, name in ipairs(names) do
      for _, path in ipairs { "man/%s.1", "bash/%s", "zsh/_%s", "fish/%s.fish" } do
        local file = folder .. "/pages/" .. path:format(name)
        assert.equal("file", lfs.attributes(file, "mode"), file)
      end
    end
  end)

  it("leave nothing to complain of to mandoc and groff", function()
    for _, name in ipairs(names) do
      assert.equal("", must("mandoc -Tlint pages/man/" .. name .. ".1"))
      assert.equal("", must("groff -man -ww -z -Tutf8 pages/man/" .. name .. ".1"))
    end
  end)

  it("name every option and every exit code that --help names", function()
    for _, name in ipairs(names) do
      local help = require("redbook.cli." .. name:gsub("%.lua$", "")).parser():get_help()
      local page = must(("mandoc -Tascii pages/man/%s.1 | col -b"):format(name))
      local count = 0
      for option in help:gmatch "\n%s+(%-%-%l[%l-]+)" do
        assert.is_truthy(page:find("\n%s+" .. option:gsub("%-", "%%-") .. "[%s%[]"), name .. option)
        for _, shell in ipairs { "bash/%s", "zsh/_%s", "fish/%s.fish" } do
          local text = sandbox.read(folder .. "/pages/" .. shell:format(name))
          assert.is_truthy(text:find(option:sub(3), 1, true), shell .. option)
        end
        count = count + 1
      end
      assert.is_true(count >= 4, name)
      local exits = help:match "Exit: (.*)$"
      for code in (exits or ""):gmatch "%f[%d](%d+)[ ,]" do
        assert.is_truthy(page:find("EXIT STATUS.*%f[%d]" .. code .. "%f[%D]"), name .. code)
      end
    end
  end)

  it("show burn.lua's page as it should be read", function()
    local page = must "mandoc -Tascii pages/man/burn.lua.1 | col -bx"
    for _, part in ipairs { "\nNAME\n       burn.lua - burns playlists and audio files as "
      .. "an audio CD, track at\n       once\n",
      "\nSYNOPSIS\n       burn.lua [OPTION]... PLAYLIST|FILE...\n",
      "\n       --wait-for-disc[=SECONDS]\n", "\n       --speed N\n",
      "\n       11     check failed\n",
      "\n       CDR_DEVICE\n" } do
      assert.is_truthy(page:find(part, 1, true), part .. "\n" .. page)
    end
  end)

  -- Shells as people have them: in a terminal, a line typed, Tab pressed. What is expected stands
  -- behind the prompt, or in the list below it.
  local SHELLS = {
    bash = "PS1='> ' bash --norc --noprofile -i",
    zsh = "ZDOTDIR=$PWD/zdot zsh -d -i",
    fish = "HOME=$PWD/home XDG_CONFIG_HOME=$PWD/home fish --no-config -i",
  }
  local START = {
    bash = "source pages/bash/burn.lua; complete -p burn.lua",
    zsh = "fpath=($PWD/pages/zsh $fpath); autoload -U compinit; compinit -D -u; PS1='> '; print ok",
    fish = "function fish_prompt; echo '> '; end; source pages/fish/burn.lua.fish; echo ok",
  }
  local READY = { bash = "_redbook_burn_lua burn.lua", zsh = "\nok", fish = "\nok" }
  local PROMPT = "\n>%s*$"

  local marks = 0

  -- A ^C may end no more than a completion, and takes what is typed right behind it along. When a
  -- shell has done what was typed last, it has read all that was typed before.
  local function cancel(terminal)
    for patience = 1, 10 do
      terminal:type "\3"
      pcall(terminal.wait, terminal, PROMPT, 1)
      marks = marks + 1
      terminal:type(("\21echo mark%d\n"):format(marks))
      if pcall(terminal.wait, terminal, ("\nmark%d\n>%%s*$"):format(marks), 3 * patience) then
        return
      end
    end
    error "the shell does not come back"
  end

  for shell, command in pairs(SHELLS) do
    it("complete in " .. shell, function()
      assert.equal(0, (sandbox.run("command -v " .. shell)), shell .. " is missing")
      sandbox.run("mkdir -p zdot home && touch zdot/.zshrc && chmod +x burn.lua", folder)
      local terminal <close> = screen.open(folder, 100, 40, command)
      terminal:wait "[>%%#$]%s*$"
      terminal:type(START[shell] .. "\n")
      terminal:wait(READY[shell])
      terminal:wait(PROMPT)
      local function completes(typed, pattern)
        terminal:type("\21" .. typed .. "\t\t")
        terminal:wait(pattern)
        cancel(terminal)
        terminal:tmux "clear-history"
      end
      completes("./burn.lua --hidd", "%-%-hidden%-track")
      completes("./burn.lua --device virt", "%-%-device virtual:")
      completes("./burn.lua --device virtual:mix", "virtual:mixtape%.cue")
      completes("./burn.lua --device=virtual:mix", "device=virtual:mixtape%.cue")
      completes("./burn.lua a", "album")
      completes("./burn.lua 'a so", "a song%.flac")
      completes("./burn.lua --manifest li", "list%.m3u")
      completes("./burn.lua --no-v", "%-%-no%-verify")
    end)
  end
end)
