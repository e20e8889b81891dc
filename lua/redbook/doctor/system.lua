-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is true of the whole machine, whichever drive is asked about: user, container, drivers.

local core = require "redbook.core"
local files = require "redbook.doctor.files"

local system = {}

local CAP_SYS_RAWIO = 17 -- linux/capability.h
local CD_ROM = "5" -- SCSI peripheral device type, also of recorders

-- Folders of a cgroup that container managers make.
local CGROUPS = { { "docker", "docker" }, { "libpod", "podman" }, { "kubepods", "kubernetes" },
  { "lxc", "lxc" }, { "containerd", "containerd" } }

---@class redbook.Roots
---@field sys string
---@field dev string
---@field proc string
---@field run string
---@field etc string
---@field root string where files of containers lie
---@field locks string[] folders of lock files

-- Several signs mean the same; the plainest comes first.
local function container_of(roots)
  for _, row in ipairs { { roots.root, "/.dockerenv", "docker", "" },
    { roots.root, "/.flatpak-info", "flatpak", "" },
    { roots.run, "/.containerenv", "podman", "/run" } } do
    if files.exists(row[1] .. row[2]) then return { kind = row[3], sign = row[4] .. row[2] } end
  end
  local manager = files.line(roots.run .. "/systemd/container")
  if manager then return { kind = manager, sign = "/run/systemd/container" } end
  local cgroup = files.read(roots.proc .. "/1/cgroup") or ""
  for _, row in ipairs(CGROUPS) do
    if cgroup:find("/" .. row[1], 1, true) then
      return { kind = row[2], sign = "/proc/1/cgroup" }
    end
  end
end

-- Drives on the bus that have no node of sr: the driver is not loaded, or will not have them.
local function unbound(sys)
  local list = {}
  for _, address in ipairs(files.names(sys .. "/bus/scsi/devices") or {}) do
    local folder = sys .. "/bus/scsi/devices/" .. address
    if files.line(folder .. "/type") == CD_ROM and not files.exists(folder .. "/block") then
      list[#list + 1] = { address = address, vendor = files.line(folder .. "/vendor"),
        model = files.line(folder .. "/model") }
    end
  end
  return list
end

local function user_of(roots)
  local user = core.identity()
  local status = files.read(roots.proc .. "/self/status") or ""
  local capabilities = tonumber(status:match "CapEff:%s*(%x+)" or "0", 16)
  user.rawio = capabilities >> CAP_SYS_RAWIO & 1 == 1
  local limits = files.read(roots.proc .. "/self/limits") or ""
  user.memlock = math.tointeger(tonumber(limits:match "Max locked memory%s+(%S+)"))
  return user
end

-- The group that this system gives drives to.
local function burner_group(etc)
  local groups = "\n" .. (files.read(etc .. "/group") or "")
  for _, name in ipairs { "cdrom", "optical" } do
    if groups:find("\n" .. name .. ":", 1, true) then return name end
  end
  return "cdrom"
end

---@param roots redbook.Roots
---@return table plain data
function system.collect(roots)
  return {
    kernel = files.line(roots.proc .. "/sys/kernel/osrelease"),
    user = user_of(roots),
    container = container_of(roots),
    burner_group = burner_group(roots.etc),
    drivers = { sr = files.exists(roots.sys .. "/bus/scsi/drivers/sr"),
      sg = files.exists(roots.sys .. "/class/scsi_generic") },
    unbound = unbound(roots.sys),
  }
end

return system
