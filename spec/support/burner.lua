-- SPDX-License-Identifier: GPL-3.0-or-later
-- A virtual drive with a disc in a temporary folder, and sound to burn. Starts no shell, so that
-- specs under a thread sanitizer can use it.

local core = require "redbook.core"
local lfs = require "lfs"

local burner = {}
burner.__index = burner

burner.SECTOR = 2352

---The bytes of `count` sectors, each other than the next, the same at every call.
---@param count integer
---@param seed? integer
---@return string pcm
function burner.pcm(count, seed)
  local sectors = {}
  for n = 1, count do
    sectors[n] = string.pack("<i2i2", (n * 37 + (seed or 1) * 1009) % 32768, -n % 32768):rep(588)
  end
  return table.concat(sectors)
end

---A complete WAV file, 44.1 kHz, 16 bit, stereo.
---@param pcm string
---@return string
function burner.wav(pcm)
  return string.pack("<c4I4c4c4I4I2I2I4I4I2I2c4s4", "RIFF", 36 + #pcm, "WAVE", "fmt ", 16, 1, 2,
    44100, 176400, 4, 16, "data", pcm)
end

---A function source that gives all of `pcm`.
---@param pcm string
---@return fun(bytes: integer): string?
function burner.feeder(pcm)
  local at = 1
  return function(bytes)
    local part = pcm:sub(at, at + bytes - 1)
    at = at + #part
    return #part > 0 and part or nil
  end
end

---@param options? table for core.VirtualRecorder; `path` is a new disc's
---@return table burner folder, disc (path of the .cue), virtual, recorder, tao
function burner.new(options)
  local self = setmetatable({}, burner)
  self.folder = os.tmpname()
  assert(os.remove(self.folder))
  assert(lfs.mkdir(self.folder))
  self.disc = self.folder .. "/disc.cue"
  local settings = { path = self.disc }
  for name, value in pairs(options or {}) do settings[name] = value end
  self.virtual = assert(core.VirtualRecorder(settings))
  self.recorder = assert(self.virtual:Recorder())
  self.tao = assert(core.TrackAtOnce())
  self.tao.Recorder, self.tao.ClientName = self.recorder, "spec"
  return self
end

---@param name string
---@param content string
---@return string path
function burner:write(name, content)
  local path = self.folder .. "/" .. name
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(content))
  return path
end

---@param name string
---@return string
function burner:read(name)
  local file <close> = assert(io.open(self.folder .. "/" .. name, "rb"))
  return file:read "a"
end

---A WAV file of so many sectors.
---@param name string
---@param sectors integer
---@param seed? integer
---@return string path
---@return string pcm
function burner:sound(name, sectors, seed)
  local pcm = burner.pcm(sectors, seed)
  return self:write(name, burner.wav(pcm)), pcm
end

---What lies on the disc from `lba` on.
---@param lba integer
---@param sectors integer
---@return string
function burner:on_disc(lba, sectors)
  local file <close> = assert(io.open(self.folder .. "/disc.bin", "rb"))
  assert(file:seek("set", lba * burner.SECTOR))
  return file:read(sectors * burner.SECTOR) or ""
end

---The error that a call raises.
---@param call function
---@return any
function burner.raised(call, ...)
  local ok, err = pcall(call, ...)
  assert(not ok, "nothing was raised")
  return err
end

---Lets go of the drive and removes the folder.
function burner:close()
  self.tao:Close()
  self.recorder:Close()
  self.virtual:Close()
  for name in lfs.dir(self.folder) do
    if name ~= "." and name ~= ".." then os.remove(self.folder .. "/" .. name) end
  end
  lfs.rmdir(self.folder)
end

burner.__close = burner.close

return burner
