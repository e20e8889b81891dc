-- SPDX-License-Identifier: GPL-3.0-or-later
-- vdrive.lua's /dev/sr0 behaves as Linux 6.1's: open flags, SG_IO to the byte, the ioctls, the
-- filter, the lock. Values are those of linux-sg-io measurements and of the kernel's headers.

local room_of = require "spec.clients.room"

local TUR, INQUIRY = "00 00 00 00 00 00", "12 00 00 00 24 00"
local IDENTITY = "VIRTUAL CD-R/RW RECORDER"

describe("the node of vdrive.lua #clients", function()
  local room
  local BLANK, EMPTY = "--disc disc.cue", "--device /dev/sr0"

  setup(function() room = room_of.new() end)
  teardown(function() room:close() end)

  local function on(options, code) return room:lua(options, code) end

  it("is a block device 11:0 for both families of stat, by name and by descriptor", function()
    assert.same({ { true, 11, 0 }, { true, 11, 0 }, { true, 11, 0 }, { true, 11, 0 },
      { true, 11, 0 } }, on(BLANK, [[
        local fd = node.open(SR0, "rw nonblock")
        return { { node.stat(SR0) }, { node.lstat(SR0) }, { node.stat(fd) }, { node.old_stat(SR0) },
          { node.old_stat(fd) } }]]))
    assert.same({ { true, 11, 3 }, "ENOENT" }, on("--device /dev/sr3", [[
      return { { node.stat "/dev/sr3" }, try(node.stat "/dev/none/sr0") }]]))
  end)

  it("leaves other files alone", function()
    assert.same({ false, "hello", "ENOTTY" }, on(BLANK, [[
      local file = io.open("plain", "w"); file:write "hello"; file:close()
      local fd = node.open("plain", "rw")
      return { (node.stat "plain"), io.open("plain"):read "a",
        try(node.ioctl(fd, node.CDROM_DRIVE_STATUS)) }]]))
  end)

  it("lets one O_EXCL user in, and everybody else beside", function()
    assert.same({ "number", "EBUSY", "number", "number" }, on(BLANK, [[
      local held = node.open(SR0, "rw nonblock excl")
      local second = try(node.open(SR0, "rw nonblock excl"))
      local plain = node.open(SR0, "nonblock")
      node.close(held)
      return { type(held), second, type(plain), type(try(node.open(SR0, "rw nonblock excl"))) }]]))
  end)

  it("is held by all that share an open, until the last of them closes it", function()
    assert.same({ "EBUSY", "EBUSY", "number" }, on(BLANK, [[
      local held = node.open(SR0, "rw nonblock excl")
      local copy, result = node.dup(held), {}
      node.close(held)
      result[1] = try(node.open(SR0, "rw nonblock excl"))
      local child = posix.fork()
      if child == 0 then
        for _ = 1, 10000 do -- until the parent has looked; it may also be gone
          if io.open "looked" then break end
          posix.sleep(0.01)
        end
        posix._exit(node.sg(copy, { cdb = hex "]] .. TUR .. [[" }).status)
      end
      node.close(copy)
      result[2] = try(node.open(SR0, "rw nonblock excl"))
      io.open("looked", "w"):close()
      assert(select(3, posix.waitpid(child)) == 0)
      result[3] = type(try(node.open(SR0, "rw nonblock excl")))
      return result]]))
  end)

  it("passes through exec, but for O_CLOEXEC", function()
    assert.same({ true, false }, on(BLANK, [[
      local plain, closed = node.open(SR0, "nonblock"), node.open(SR0, "nonblock cloexec")
      local script = [=[exec %s -e 'local node = require "node"
        os.exit(node.stat(%d) == true and node.flags(%d) == "ro nonblock")']=]
      return { os.execute(script:format(arg[-1], plain, plain)) == true,
        os.execute(script:format(arg[-1], closed, closed)) == true }]]))
  end)

  it("wants O_NONBLOCK of who opens an empty drive or writes", function()
    assert.same({ "ENOMEDIUM", "ENOMEDIUM", "number" }, on(EMPTY, [[
      return { try(node.open(SR0, "")), try(node.open(SR0, "rw")),
        type(try(node.open(SR0, "rw nonblock"))) }]]))
    assert.same({ "number", "EROFS", "EEXIST" }, on(BLANK, [[
      return { type(try(node.open(SR0, ""))), try(node.open(SR0, "rw")),
        try(node.open(SR0, "rw nonblock excl creat")) }]]))
  end)

  it("takes a waiting unit attention at the open", function()
    assert.same({ 0, "2/04/01" }, { on("--disc disc.cue --ready 0", [[
      return node.sg(node.open(SR0, "rw nonblock"), { cdb = hex "]] .. TUR .. [[" }).status]]),
      on("--disc disc.cue --ready 3000", [[
        local sense = node.sg(node.open(SR0, "rw nonblock"), { cdb = hex "]] .. TUR .. [[" }).sense
        return ("%X/%02X/%02X"):format(sense:byte(3) & 15, sense:byte(13), sense:byte(14))]]) })
  end)

  it("keeps flags, of which F_SETFL changes some", function()
    assert.same({ "rw nonblock", "rw", "rw nonblock" }, on(BLANK, [[
      local fd = node.open(SR0, "rw nonblock excl")
      local before = node.flags(fd)
      node.flags(fd, "")
      local between = node.flags(node.dup(fd))
      node.flags(fd, "nonblock excl")
      return { before, between, node.flags(fd) }]]))
  end)

  it("carries commands by SG_IO, with the residual and all status bytes exact", function()
    local got = on(BLANK, [[
      local fd = node.open(SR0, "rw nonblock")
      local full = node.sg(fd, { cdb = hex "]] .. INQUIRY .. [[", dir = node.IN, len = 40 })
      local parts = node.sg(fd, { cdb = hex "]] .. INQUIRY .. [[", dir = node.IN, len = 36,
        pieces = 5 })
      local cut = node.sg(fd, { cdb = hex "12 00 00 00 05 00", dir = node.IN, len = 8 })
      local bad = node.sg(fd, { cdb = hex "43 00 00 00 00 00 00 00 04 00", dir = node.IN, len = 4 })
      local short = node.sg(fd, { cdb = hex "C5 00 00 00 00 00", sense = 8 })
      for _, t in ipairs { full, parts, cut, bad, short } do
        t.sense, t.data = bytes(t.sense), #t.data > 8 and t.data or bytes(t.data)
      end
      return { full = full, parts = parts.data, cut = cut, bad = bad, short = short }]])
    assert.equal(IDENTITY, got.full.data:sub(9, 32))
    assert.equal(("\xEE"):rep(4), got.full.data:sub(37))
    assert.equal(IDENTITY, got.parts:sub(9, 32))
    got.full.data = nil
    local good = { status = 0, masked_status = 0, host = 0, driver = 0, check = 0, resid = 4,
      sense = "" }
    assert.same(good, got.full)
    good.resid, good.data = 3, "05 80 05 32 1F EE EE EE"
    got.cut.data = got.cut.data:gsub("^(05 80 05) .. ", "%1 32 ")
    assert.same(good, got.cut)
    assert.same({ status = 2, masked_status = 1, host = 0, driver = 8, check = 1, resid = 4,
      sense = "70 00 05 00 00 00 00 0A 00 00 00 00 24 00 00 00 00 00", data = "EE EE EE EE" },
      got.bad)
    assert.same({ status = 2, masked_status = 1, host = 0, driver = 8, check = 1, resid = 0,
      sense = "70 00 05 00 00 00 00 0A", data = "" }, got.short)
  end)

  it("refuses malformed SG_IO as Linux does", function()
    assert.same({ "EINVAL", "EIO", "table", "EINVAL", "EMSGSIZE", "EINVAL", "EFAULT" }, on(BLANK, [[
      local fd, inquiry = node.open(SR0, "rw nonblock"), hex "]] .. INQUIRY .. [["
      return {
        try(node.sg(fd, { interface = 65 })),
        try(node.sg(fd, { cdb = inquiry, dir = node.IN, len = 131073 })),
        type(try(node.sg(fd, { cdb = inquiry, dir = node.IN, len = 131072 }))),
        try(node.sg(fd, { cdb = inquiry, dir = node.NONE, len = 36 })),
        try(node.sg(fd, { cdb = inquiry, cmd_len = 5 })),
        try(node.sg(fd, { cdb = inquiry, cmd_len = 17 })),
        try(node.sg(fd, { cmd_len = 6 })) }]]))
  end)

  it("carries commands by CDROM_SEND_PACKET, any check condition as EIO", function()
    local got = on(BLANK, [[
      local fd = node.open(SR0, "nonblock")
      local data, left = node.packet(fd, hex "]] .. INQUIRY .. [[", 40)
      local _, why, sense = node.packet(fd, hex "43 00 00 00 00 00 00 00 04 00", 4)
      return { data:sub(9, 32), left, why, sense, (node.packet(fd, hex "]] .. TUR .. [[", 0)) }]])
    assert.same({ IDENTITY, 4, "EIO", "5/24/00", "" }, got)
  end)

  it("answers the settings of SG_ and the addresses of SCSI_", function()
    assert.same({ "3F 77 00 00", 6000, 12000, "00 00 02 00", "00 08 00 00", "00 00 02 00", "EINVAL",
      "01 00 00 00", "00 00 00 00 31 56 42 52", "00 00 00 00", "EINVAL", "EINVAL", "EINVAL" },
      on(BLANK, [[
        local fd = node.open(SR0, "rw nonblock")
        local function ask(request, size, before)
          local got, out = node.ask(fd, request, size, before)
          return got and bytes(out) or out
        end
        local first = node.ioctl(fd, node.SG_GET_TIMEOUT)
        node.ask(fd, node.SG_SET_TIMEOUT, 4, string.pack("<i4", 12000))
        local result = { ask(node.SG_GET_VERSION_NUM, 4), first,
          node.ioctl(fd, node.SG_GET_TIMEOUT), ask(node.SG_GET_RESERVED_SIZE, 4) }
        node.ask(fd, node.SG_SET_RESERVED_SIZE, 4, string.pack("<i4", 2048))
        result[5] = ask(node.SG_GET_RESERVED_SIZE, 4)
        node.ask(fd, node.SG_SET_RESERVED_SIZE, 4, string.pack("<i4", 1 << 20))
        result[6] = ask(node.SG_GET_RESERVED_SIZE, 4)
        result[7] = ask(node.SG_SET_RESERVED_SIZE, 4, string.pack("<i4", -1))
        result[8] = ask(node.SG_EMULATED_HOST, 4)
        result[9] = ask(node.SCSI_IOCTL_GET_IDLUN, 8)
        result[10] = ask(node.SCSI_IOCTL_GET_BUS_NUMBER, 4)
        result[11] = ask(node.HDIO_GET_IDENTITY, 64)
        result[12] = ask(node.SG_GET_SG_TABLESIZE, 4)
        result[13] = ask(0x12345678, 4)
        return result]]))
  end)

  it("says what is in the drive", function()
    local look = [[
      local fd = node.open(SR0, "rw nonblock")
      return { node.ioctl(fd, node.CDROM_DRIVE_STATUS, 0x7FFFFFFF),
        node.ioctl(fd, node.CDROM_DISC_STATUS), node.ioctl(fd, node.CDROM_GET_CAPABILITY),
        try(node.ask(fd, node.CDROMREADTOCHDR, 2)), try(node.ask(fd, node.DVD_READ_STRUCT, 64)) }]]
    assert.same({ 1, 1, 0x7AEF, "ENOMEDIUM", "ENOSYS" }, on(EMPTY, look))
    assert.same({ 4, 0, 0x7AEF, "EIO", "ENOSYS" }, on(BLANK, look))
  end)

  it("opens and closes the tray for the only user, when it is not locked", function()
    assert.same({ "EBUSY", 0, 2, 0, 4, 0, "EIO" }, on(BLANK, [[
      local fd, other = node.open(SR0, "rw nonblock"), node.open(SR0, "nonblock")
      local function status() return node.ioctl(fd, node.CDROM_DRIVE_STATUS, 0) end
      local result = { try(node.ioctl(fd, node.CDROMEJECT)) }
      node.close(other)
      result[2] = node.ioctl(fd, node.CDROMEJECT)
      result[3] = status()
      result[4] = node.ioctl(fd, node.CDROMCLOSETRAY)
      result[5] = status()
      result[6] = node.ioctl(fd, node.CDROM_LOCKDOOR, 1)
      local open = node.sg(fd, { cdb = hex "1B 00 00 00 02 00" })
      result[7] = open.status == 2 and "EIO" or "opened"
      return result]]))
  end)

  it("unlocks the tray at the last close", function()
    assert.same({ 2, 0 }, on(BLANK, [[
      local function eject(fd) return node.sg(fd, { cdb = hex "1B 00 00 00 02 00" }).status end
      local fd = node.open(SR0, "rw nonblock")
      node.sg(fd, { cdb = hex "1E 00 00 00 01 00" })
      local locked = eject(fd)
      node.close(fd)
      return { locked, eject(node.open(SR0, "rw nonblock")) }]]))
  end)

  it("reads as EIO and is not written to", function()
    assert.same({ "EIO", "EPERM" }, on(BLANK, [[
      local fd = node.open(SR0, "rw nonblock")
      return { try(node.read(fd)), try(node.write(fd)) }]]))
  end)

  it("filters commands with --filter as Linux does without CAP_SYS_RAWIO", function()
    local sweep = [[
      local names, lists = { "nonblock", "rw nonblock" }, {}
      for i, flags in ipairs(names) do
        local fd, list = node.open(SR0, flags), {}
        for opcode = 0, 255 do
          local ok, why = node.sg(fd, { cdb = string.char(opcode) .. ("\0"):rep(15) })
          if ok then list[#list + 1] = ("%02X"):format(opcode) else assert(why == "EPERM") end
        end
        lists[i] = table.concat(list, " ")
        node.close(fd)
      end
      return lists]]
    local all = {}
    for opcode = 0, 255 do all[#all + 1] = ("%02X"):format(opcode) end
    all = table.concat(all, " ")
    assert.same({ all, all }, on(BLANK, sweep))
    assert.same({
      "00 03 08 12 1A 1B 1C 23 25 28 2B 2F 37 3C 3E 42 43 44 45 46 47 48 4A 4B 4D 4E 51 52 5A 5C "
        .. "88 8F 95 9E A0 A3 A4 A8 AC AD B9 BA BC BE",
      "00 03 04 08 0A 0D 12 15 19 1A 1B 1C 1E 23 25 28 2A 2B 2E 2F 35 37 3C 3E 3F 41 42 43 44 45 "
        .. "46 47 48 4A 4B 4C 4D 4E 51 52 53 54 55 58 5A 5B 5C 5D 88 8A 8F 93 94 95 9E A0 A1 A2 "
        .. "A3 A4 A6 A7 A8 AA AC AD AE B6 B9 BA BB BC BE BF EA" }, on(BLANK .. " --filter", sweep))
  end)
end)
