/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device node by the calls that burners make, for specs. A failed call gives nil and the name
 * of its errno. */
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <lua.h>
#include <scsi/scsi.h>
#include <scsi/sg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int luaopen_node(lua_State *L);

static int result(lua_State *L, long value) {
  if (value >= 0) {
    lua_pushinteger(L, value);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, strerrorname_np(errno));
  return 2;
}

static int has(const char *words, const char *word, int flag) {
  return strstr(words, word) ? flag : 0;
}

static int flags_of(lua_State *L, int index) {
  const char *words = luaL_optstring(L, index, "");
  return has(words, "rw", O_RDWR) | has(words, "nonblock", O_NONBLOCK) |
         has(words, "excl", O_EXCL) | has(words, "cloexec", O_CLOEXEC) |
         has(words, "creat", O_CREAT);
}

/* open(path, "rw nonblock excl cloexec") */
static int node_open(lua_State *L) {
  return result(L, open(luaL_checkstring(L, 1), flags_of(L, 2), 0600));
}

static int node_close(lua_State *L) {
  return result(L, close((int)luaL_checkinteger(L, 1)));
}

static int node_dup(lua_State *L) {
  return result(L, dup((int)luaL_checkinteger(L, 1)));
}

/* read(fd) -> 0 at the end; nil, errno */
static int node_read(lua_State *L) {
  char sector[2048];
  return result(L, read((int)luaL_checkinteger(L, 1), sector, sizeof sector));
}

static int node_write(lua_State *L) {
  return result(L, write((int)luaL_checkinteger(L, 1), "x", 1));
}

/* flags(fd [, words]) -> "rw nonblock": asks, or sets with F_SETFL */
static int node_flags(lua_State *L) {
  int fd = (int)luaL_checkinteger(L, 1);
  if (!lua_isnoneornil(L, 2)) return result(L, fcntl(fd, F_SETFL, flags_of(L, 2)));
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return result(L, flags);
  lua_pushfstring(L, "%s%s%s", (flags & O_ACCMODE) == O_RDWR ? "rw" : "ro",
                  flags & O_NONBLOCK ? " nonblock" : "", flags & O_EXCL ? " excl" : "");
  return 1;
}

static int push_stat(lua_State *L, int outcome, const struct stat *s) {
  if (outcome) return result(L, outcome);
  lua_pushboolean(L, S_ISBLK(s->st_mode));
  lua_pushinteger(L, major(s->st_rdev));
  lua_pushinteger(L, minor(s->st_rdev));
  return 3;
}

/* stat(path or fd) -> is a block device, major, minor */
static int node_stat(lua_State *L) {
  struct stat s;
  int outcome = lua_isinteger(L, 1) ? fstat((int)lua_tointeger(L, 1), &s)
                                    : stat(luaL_checkstring(L, 1), &s);
  return push_stat(L, outcome, &s);
}

static int node_lstat(lua_State *L) {
  struct stat s;
  return push_stat(L, lstat(luaL_checkstring(L, 1), &s), &s);
}

/* The same through the symbols of programs that were built before glibc 2.33. */
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
int __xstat(int version, const char *path, struct stat *out);
int __fxstat(int version, int fd, struct stat *out);
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static int node_old_stat(lua_State *L) {
  struct stat s;
  int outcome = lua_isinteger(L, 1) ? __fxstat(1, (int)lua_tointeger(L, 1), &s)
                                    : __xstat(1, luaL_checkstring(L, 1), &s);
  return push_stat(L, outcome, &s);
}

static lua_Integer field(lua_State *L, const char *name, lua_Integer fallback) {
  lua_getfield(L, 2, name);
  lua_Integer value = luaL_optinteger(L, -1, fallback);
  lua_pop(L, 1);
  return value;
}

static void put(lua_State *L, const char *name, lua_Integer value) {
  lua_pushinteger(L, value);
  lua_setfield(L, -2, name);
}

static int push_outcome(lua_State *L, const struct sg_io_hdr *h, const unsigned char *sense,
                        const char *data) {
  lua_newtable(L);
  put(L, "status", h->status);
  put(L, "masked_status", h->masked_status);
  put(L, "host", h->host_status);
  put(L, "driver", h->driver_status);
  put(L, "check", h->info & SG_INFO_CHECK);
  put(L, "resid", h->resid);
  lua_pushlstring(L, (const char *)sense, h->sb_len_wr);
  lua_setfield(L, -2, "sense");
  lua_pushlstring(L, data, h->dxfer_len);
  lua_setfield(L, -2, "data");
  return 1;
}

/* sg(fd, { cdb=, cmd_len=, dir=(SG_DXFER_*), len=, data=, sense=room, pieces=, interface= }):
 * the outcome, its data filled up with EEh where none came; pieces: transfer in so many parts.
 */
static int node_sg(lua_State *L) {
  unsigned char sense[64];
  struct sg_iovec parts[16];
  size_t cdb_length, given = 0;
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_getfield(L, 2, "cdb");
  const char *cdb = luaL_optlstring(L, -1, NULL, &cdb_length);
  lua_getfield(L, 2, "data");
  const char *out = luaL_optlstring(L, -1, NULL, &given);
  unsigned length = (unsigned)field(L, "len", (lua_Integer)given);
  char *data = lua_newuserdatauv(L, length + 1, 0);
  memset(data, 0xEE, length + 1);
  if (out) memcpy(data, out, given);
  struct sg_io_hdr h = {
      .interface_id = (int)field(L, "interface", 'S'),
      .dxfer_direction = (int)field(L, "dir", SG_DXFER_NONE),
      .cmd_len = (unsigned char)field(L, "cmd_len", cdb ? (int)cdb_length : 0),
      .cmdp = (unsigned char *)(uintptr_t)cdb,
      .mx_sb_len = (unsigned char)field(L, "sense", sizeof sense),
      .sbp = sense,
      .dxfer_len = length,
      .dxferp = data,
      .timeout = 20000};
  unsigned pieces = (unsigned)field(L, "pieces", 0), size = pieces ? length / pieces : 0;
  for (unsigned i = 0; i < pieces && i < 16; i++)
    parts[i] = (struct sg_iovec){data + i * size, i + 1 < pieces ? size : length - i * size};
  if (pieces) h.dxferp = parts;
  h.iovec_count = (unsigned short)pieces;
  if (ioctl((int)luaL_checkinteger(L, 1), SG_IO, &h)) return result(L, -1);
  return push_outcome(L, &h, sense, data);
}

/* packet(fd, cdb, length): CDROM_SEND_PACKET that reads -> data, what is left of buflen; or
 * nil, errno, sense as "K/AA/QQ" */
static int node_packet(lua_State *L) {
  struct request_sense sense;
  struct cdrom_generic_command packet = {.sense = &sense, .timeout = 1000};
  size_t cdb_length;
  const char *cdb = luaL_checklstring(L, 2, &cdb_length);
  packet.buflen = (unsigned)luaL_checkinteger(L, 3);
  packet.data_direction = packet.buflen ? CGC_DATA_READ : CGC_DATA_NONE;
  packet.buffer = lua_newuserdatauv(L, packet.buflen + 1, 0);
  memset(&sense, 0, sizeof sense);
  memset(packet.buffer, 0xEE, packet.buflen + 1);
  memcpy(packet.cmd, cdb, cdb_length < 12 ? cdb_length : 12);
  unsigned length = packet.buflen;
  if (!ioctl((int)luaL_checkinteger(L, 1), CDROM_SEND_PACKET, &packet)) {
    lua_pushlstring(L, (const char *)packet.buffer, length);
    lua_pushinteger(L, packet.buflen);
    return 2;
  }
  (void)result(L, -1);
  char text[16];
  (void)snprintf(text, sizeof text, "%X/%02X/%02X", sense.sense_key, sense.asc, sense.ascq);
  lua_pushstring(L, text);
  return 3;
}

/* ioctl(fd, request [, value]): with the value as argument */
static int node_ioctl(lua_State *L) {
  return result(L, ioctl((int)luaL_checkinteger(L, 1), (unsigned long)luaL_checkinteger(L, 2),
                         luaL_optinteger(L, 3, 0)));
}

/* ask(fd, request, bytes [, before]): with a pointer to so many bytes -> result, the bytes */
static int node_ask(lua_State *L) {
  unsigned char bytes[64] = {0};
  size_t given = 0, length = (size_t)luaL_checkinteger(L, 3);
  const char *before = luaL_optlstring(L, 4, "", &given);
  luaL_argcheck(L, length <= sizeof bytes && given <= length, 3, "up to 64 bytes");
  memcpy(bytes, before, given);
  int got = ioctl((int)luaL_checkinteger(L, 1), (unsigned long)luaL_checkinteger(L, 2), bytes);
  if (got < 0) return result(L, got);
  lua_pushinteger(L, got);
  lua_pushlstring(L, (const char *)bytes, length);
  return 2;
}

int luaopen_node(lua_State *L) {
  static const luaL_Reg functions[] = {{"open", node_open},         {"close", node_close},
                                       {"dup", node_dup},           {"read", node_read},
                                       {"write", node_write},       {"flags", node_flags},
                                       {"stat", node_stat},         {"lstat", node_lstat},
                                       {"old_stat", node_old_stat}, {"sg", node_sg},
                                       {"packet", node_packet},     {"ioctl", node_ioctl},
                                       {"ask", node_ask},           {NULL, NULL}};
  static const struct {
    const char *name;
    lua_Integer number;
  } numbers[] = {{"NONE", SG_DXFER_NONE},
                 {"OUT", SG_DXFER_TO_DEV},
                 {"IN", SG_DXFER_FROM_DEV},
                 {"SG_IO", SG_IO},
                 {"SG_GET_VERSION_NUM", SG_GET_VERSION_NUM},
                 {"SG_GET_TIMEOUT", SG_GET_TIMEOUT},
                 {"SG_SET_TIMEOUT", SG_SET_TIMEOUT},
                 {"SG_GET_RESERVED_SIZE", SG_GET_RESERVED_SIZE},
                 {"SG_SET_RESERVED_SIZE", SG_SET_RESERVED_SIZE},
                 {"SG_EMULATED_HOST", SG_EMULATED_HOST},
                 {"SG_GET_SG_TABLESIZE", SG_GET_SG_TABLESIZE},
                 {"SCSI_IOCTL_GET_IDLUN", SCSI_IOCTL_GET_IDLUN},
                 {"SCSI_IOCTL_GET_BUS_NUMBER", SCSI_IOCTL_GET_BUS_NUMBER},
                 {"HDIO_GET_IDENTITY", 0x030D},
                 {"CDROM_DRIVE_STATUS", CDROM_DRIVE_STATUS},
                 {"CDROM_DISC_STATUS", CDROM_DISC_STATUS},
                 {"CDROM_GET_CAPABILITY", CDROM_GET_CAPABILITY},
                 {"CDROM_MEDIA_CHANGED", CDROM_MEDIA_CHANGED},
                 {"CDROM_LOCKDOOR", CDROM_LOCKDOOR},
                 {"CDROM_SELECT_SPEED", CDROM_SELECT_SPEED},
                 {"CDROMEJECT", CDROMEJECT},
                 {"CDROMCLOSETRAY", CDROMCLOSETRAY},
                 {"CDROMREADTOCHDR", CDROMREADTOCHDR},
                 {"CDROMREADTOCENTRY", CDROMREADTOCENTRY},
                 {"CDROMMULTISESSION", CDROMMULTISESSION},
                 {"BLKGETSIZE64", (lua_Integer)BLKGETSIZE64},
                 {"DVD_READ_STRUCT", DVD_READ_STRUCT}};
  luaL_newlib(L, functions);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    lua_pushinteger(L, numbers[i].number);
    lua_setfield(L, -2, numbers[i].name);
  }
  return 1;
}
