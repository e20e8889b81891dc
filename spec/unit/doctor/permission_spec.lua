-- SPDX-License-Identifier: GPL-3.0-or-later
-- Why a user may not use a node: each class of acl(5), each with its cure.

local facts = require "spec.unit.doctor.facts"
local permission = require "redbook.doctor.permission"

local PATH = "/dev/sr0"

local function octal(text) return tonumber(text, 8) end

-- id, the reason in the text, cure and command of each finding
local function judge(node, user, changes)
  local list = {}
  for index, found in ipairs(permission.judge(node, PATH,
    facts.system(facts.with({ user = user }, changes)))) do
    assert.equal("problem", found.severity)
    assert.equal(4, found.exit)
    list[index] = { found.id, found.text, found.command }
  end
  return list
end

local NEEDS = "The user anna %s /dev/sr0, and burning needs both reading and writing: "
local CLOSED, READS = NEEDS:format "may not open", NEEDS:format "may read but not write"

describe("doctor.permission", function()
  it("finds nothing where reading and writing are allowed", function()
    assert.same({}, judge(facts.node(), facts.user()))
    assert.same({}, judge(facts.node { mode = 0 }, facts.user { uid = 0, user = "root" }))
  end)

  it("no permission: lets the user join the node's group", function()
    assert.same({ { "not_in_group", CLOSED .. "it belongs to root:cdrom, and anna is not in the "
      .. "group cdrom.", "sudo usermod -aG cdrom anna" } },
      judge(facts.closed(), facts.stranger()))
    assert.same({ { "not_in_group", CLOSED .. "it belongs to root:optical, and anna is not in the "
      .. "group optical.", "sudo usermod -aG optical anna" } },
      judge(facts.closed { gid = 9, group = "optical" }, facts.stranger()))
  end)

  it("reading only, by membership too", function()
    assert.same({ { "not_in_group", READS .. "it belongs to root:cdrom, and anna is not in the "
      .. "group cdrom.", "sudo usermod -aG cdrom anna" } },
      judge(facts.closed { mode = octal "664", readable = true }, facts.stranger()))
  end)

  it("tells who has joined, but has not logged in since", function()
    local user = facts.user { groups = facts.stranger().groups }
    assert.same({ { "login_again", CLOSED .. "it belongs to root:cdrom, and anna is not in the "
      .. "group cdrom in this session, only in the user database.", "newgrp cdrom" } },
      judge(facts.closed(), user))
  end)

  it("wrong group: gives the node to the drives' group, and the user too", function()
    local text = "it belongs to root:root with mode rw-------, not to the group cdrom, which udev "
      .. "gives drives to."
    local node = facts.closed { mode = octal "600", gid = 0, group = "root" }
    local command = "sudo chgrp cdrom /dev/sr0 && sudo chmod 660 /dev/sr0"
    assert.same({ { "wrong_group", CLOSED .. text, command } }, judge(node, facts.user()))
    assert.same({ { "wrong_group", CLOSED .. text, command },
      { "not_in_group", CLOSED .. "it should belong to the group cdrom, and anna is not in the "
        .. "group cdrom.", "sudo usermod -aG cdrom anna" } }, judge(node, facts.stranger()))
    assert.same({ { "wrong_group", CLOSED .. "it belongs to root:disk with mode rw-r-----, not to "
      .. "the group optical, which udev gives drives to.",
      "sudo chgrp optical /dev/sr0 && sudo chmod 660 /dev/sr0" } },
      judge(facts.closed { mode = octal "640", gid = 6, group = "disk" }, facts.user {
        groups = { { id = 9, name = "optical" } } }, { burner_group = "optical" }))
  end)

  it("read-only node: opens it for the class that the user is in", function()
    assert.same({ { "read_only_node", READS .. "its mode is r--r--r-- root:cdrom, which gives "
      .. "the group cdrom r--.", "sudo chmod g+rw /dev/sr0" } },
      judge(facts.closed { mode = octal "444", readable = true }, facts.user()))
    assert.same({ { "read_only_node", READS .. "its mode is r-------- anna:cdrom, which gives "
      .. "its owner r--.", "sudo chmod u+rw /dev/sr0" } },
      judge(facts.closed { mode = octal "400", readable = true, uid = 1000, owner = "anna" },
        facts.user()))
    assert.same({ { "no_permission", CLOSED .. "its mode is rw----rw- root:cdrom, which gives the "
      .. "group cdrom ---.", "sudo chmod g+rw /dev/sr0" } },
      judge(facts.closed { mode = octal "606" }, facts.user()))
  end)

  -- "user:1000:rw-"
  local function acl(...)
    local list = {}
    for index, text in ipairs { ... } do
      local tag, id, rights = text:match "^([%l_]+):(%d*):(.*)$"
      local sum = (rights:find "r" and 4 or 0) + (rights:find "w" and 2 or 0)
      list[index] = { tag = tag, id = math.tointeger(tonumber(id)), permissions = sum,
        name = ({ ["1000"] = "anna", ["24"] = "cdrom", ["50"] = "staff" })[id] }
    end
    return list
  end

  it("knows access lists: the user's own entry", function()
    local node = facts.closed { mode = octal "660", readable = true,
      acl = acl("owner::rw", "user:1000:r", "file_group::rw", "mask::rw", "others::") }
    assert.same({ { "read_only_node", READS .. "its access list says 'user anna r--'.",
      "sudo setfacl -m u:anna:rw,m::rw /dev/sr0" } }, judge(node, facts.user()))
  end)

  it("knows access lists: the mask that cuts the group", function()
    local node = facts.closed { mode = octal "640", readable = true,
      acl = acl("owner::rw", "user:7:rw", "file_group::rw", "mask::r", "others::") }
    assert.same({ { "read_only_node", READS .. "its mode is rw-r----- root:cdrom, which gives the "
      .. "group cdrom rw-.", "sudo setfacl -m g::rw,m::rw /dev/sr0" } },
      judge(node, facts.user()))
  end)

  it("knows access lists: another group's entry", function()
    local node = facts.closed { acl = acl("owner::rw", "file_group::rw", "group:50:", "mask::rw",
      "others::") }
    assert.same({ { "no_permission", CLOSED .. "its access list says 'group staff ---'.",
      "sudo setfacl -m g:staff:rw,m::rw /dev/sr0" } },
      judge(node, facts.stranger { groups = { { id = 50, name = "staff" } } }))
  end)

  it("asks for the host's group in a container", function()
    local container = { container = { kind = "docker", sign = "/.dockerenv" } }
    assert.same({ { "container_group", CLOSED .. "it belongs to group 998 of the machine that "
      .. "this container runs on.", "docker run --group-add 998 --device /dev/sr0 ..." } },
      judge(facts.closed { gid = 998, group = "998" }, facts.stranger(), container))
    container.container.kind = "podman"
    assert.same("podman run --group-add keep-groups --device /dev/sr0 ...",
      judge(facts.closed { gid = 65534, group = "nogroup" }, facts.stranger(), container)[1][3])
  end)

  it("admits that it does not know why", function()
    assert.same({ { "refused", CLOSED .. "owner, mode and list would allow it, but something else "
      .. "forbids it.", "sudo dmesg | tail" } }, judge(facts.closed(), facts.user()))
    assert.same("dmesg | tail", judge(facts.closed { uid = 0 },
      facts.user { uid = 0, user = "root" })[1][3])
  end)

  it("writes modes and entries as ls and getfacl do", function()
    assert.equal("rw-r-x--x", permission.mode(octal "651"))
    assert.equal("user anna rw-", permission.entry { tag = "user", name = "anna",
      permissions = 6 })
    assert.equal("mask r--", permission.entry { tag = "mask", permissions = 4 })
  end)
end)
