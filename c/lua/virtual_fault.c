/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of a virtual drive: from Lua tables to struct redbook_virtual_fault. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lua/classes.h"
#include "lua/error.h"
#include "lua/options.h"
#include "mmc/cdb.h"
#include "virtual/virtual.h"

struct named {
  const char *name;
  int value;
};

static const struct named commands[] = {
    {"TEST UNIT READY", REDBOOK_TEST_UNIT_READY},
    {"REQUEST SENSE", REDBOOK_REQUEST_SENSE},
    {"INQUIRY", REDBOOK_INQUIRY},
    {"START STOP UNIT", REDBOOK_START_STOP_UNIT},
    {"PREVENT ALLOW MEDIUM REMOVAL", REDBOOK_PREVENT_ALLOW},
    {"READ CAPACITY", REDBOOK_READ_CAPACITY},
    {"WRITE", REDBOOK_WRITE_10},
    {"SYNCHRONIZE CACHE", REDBOOK_SYNCHRONIZE_CACHE},
    {"READ TOC", REDBOOK_READ_TOC},
    {"GET CONFIGURATION", REDBOOK_GET_CONFIGURATION},
    {"GET EVENT STATUS NOTIFICATION", REDBOOK_GET_EVENT_STATUS},
    {"READ DISC INFORMATION", REDBOOK_READ_DISC_INFORMATION},
    {"READ TRACK INFORMATION", REDBOOK_READ_TRACK_INFORMATION},
    {"SEND OPC INFORMATION", REDBOOK_SEND_OPC},
    {"MODE SELECT", REDBOOK_MODE_SELECT_10},
    {"MODE SENSE", REDBOOK_MODE_SENSE_10},
    {"CLOSE TRACK SESSION", REDBOOK_CLOSE_TRACK_SESSION},
    {"READ BUFFER CAPACITY", REDBOOK_READ_BUFFER_CAPACITY},
    {"BLANK", REDBOOK_BLANK},
    {"GET PERFORMANCE", REDBOOK_GET_PERFORMANCE},
    {"SET CD SPEED", REDBOOK_SET_CD_SPEED},
    {"MECHANISM STATUS", REDBOOK_MECHANISM_STATUS},
    {"READ CD", REDBOOK_READ_CD},
    {NULL, 0}};

static const struct named errnos[] = {
    {"EINVAL", EINVAL}, {"EFAULT", EFAULT}, {"ENOMEM", ENOMEM}, {"EBADF", EBADF},
    {"EACCES", EACCES}, {"EPERM", EPERM},   {"ENODEV", ENODEV}, {"ENXIO", ENXIO},
    {"ENOENT", ENOENT}, {"EBUSY", EBUSY},   {"EIO", EIO},       {"ETIMEDOUT", ETIMEDOUT},
    {"EINTR", EINTR},   {"EPROTO", EPROTO}, {"EAGAIN", EAGAIN}, {NULL, 0}};

static const struct redbook_option known[] = {
    {"command", REDBOOK_OPTION_ANY, 0, 0},
    {"lba", REDBOOK_OPTION_INTEGER, INT32_MIN, INT32_MAX},
    {"after", REDBOOK_OPTION_INTEGER, 0, INT32_MAX},
    {"times", REDBOOK_OPTION_INTEGER, 0, INT32_MAX},
    {"sense", REDBOOK_OPTION_ANY, 0, 0},
    {"status", REDBOOK_OPTION_INTEGER, 0, 255},
    {"host", REDBOOK_OPTION_INTEGER, 0, 255},
    {"errno", REDBOOK_OPTION_ANY, 0, 0},
    {"reply", REDBOOK_OPTION_ANY, 0, 0},
    {"short", REDBOOK_OPTION_INTEGER, 0, 65535},
    {"stall", REDBOOK_OPTION_SECONDS, 0, 86400},
    {"damage", REDBOOK_OPTION_BOOLEAN, 0, 0},
    {"vanish", REDBOOK_OPTION_BOOLEAN, 0, 0},
    {"lie", REDBOOK_OPTION_BOOLEAN, 0, 0},
    {NULL, REDBOOK_OPTION_ANY, 0, 0}};

/* The number or name in field `field`, which may be missing. */
static int lookup(lua_State *L, int index, const char *field, const struct named *names,
                  int most, int missing) {
  int value = missing;
  int type = redbook_option_push(L, index, field);
  if (type == LUA_TSTRING) {
    while (names->name && strcmp(names->name, lua_tostring(L, -1)) != 0)
      names++;
    if (!names->name)
      redbook_misuse(L, "fault: '%s' is \"%s\", which is no known name; a number is fine too",
                     field, lua_tostring(L, -1));
    value = names->value;
  } else if (type != LUA_TNIL) {
    int whole = 0;
    lua_Integer number = type == LUA_TNUMBER ? lua_tointegerx(L, -1, &whole) : 0;
    if (!whole || number < 0 || number > most)
      redbook_misuse(L, "fault: '%s' must be a name or an integer from 0 to %d", field, most);
    value = (int)number;
  }
  lua_pop(L, 1);
  return value;
}

static void sense_table(lua_State *L, struct redbook_virtual_fault *fault) {
  static const struct redbook_option fields[] = {
      {"key", REDBOOK_OPTION_INTEGER, 0, 15},       {"asc", REDBOOK_OPTION_INTEGER, 0, 255},
      {"ascq", REDBOOK_OPTION_INTEGER, 0, 255},     {"deferred", REDBOOK_OPTION_BOOLEAN, 0, 0},
      {"descriptor", REDBOOK_OPTION_BOOLEAN, 0, 0}, {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  redbook_options_check(L, -1, "fault sense", fields);
  if (!redbook_option_given(L, -1, "key"))
    redbook_misuse(L, "fault sense: option 'key' is missing");
  fault->key = (uint8_t)redbook_option_integer(L, -1, "key", 0);
  fault->asc = (uint8_t)redbook_option_integer(L, -1, "asc", 0);
  fault->ascq = (uint8_t)redbook_option_integer(L, -1, "ascq", 0);
  fault->deferred = redbook_option_boolean(L, -1, "deferred", false);
  fault->descriptor = redbook_option_boolean(L, -1, "descriptor", false);
}

/* "3/0C/00", hexadecimal. */
static void sense_text(lua_State *L, struct redbook_virtual_fault *fault) {
  const char *text = lua_tostring(L, -1);
  unsigned key, asc, ascq;
  int end = 0;
  int fields =
      sscanf(text, "%1x/%2x/%2x%n", &key, &asc, &ascq, &end); /* NOLINT(cert-err34-c) */
  if (fields != 3 || text[end])
    redbook_misuse(L, "fault: 'sense' is \"%s\"; write key/asc/ascq in hexadecimal, as 3/0C/00",
                   text);
  fault->key = (uint8_t)key;
  fault->asc = (uint8_t)asc;
  fault->ascq = (uint8_t)ascq;
}

static void read_sense(lua_State *L, int index, struct redbook_virtual_fault *fault) {
  int type = redbook_option_push(L, index, "sense");
  if (type == LUA_TTABLE)
    sense_table(L, fault);
  else if (type == LUA_TSTRING)
    sense_text(L, fault);
  else if (type != LUA_TNIL)
    redbook_misuse(L, "fault: 'sense' must be a table or a string as 3/0C/00");
  lua_pop(L, 1);
}

static void read_reply(lua_State *L, int index, struct redbook_virtual_fault *fault) {
  size_t length = 0;
  int type = redbook_option_push(L, index, "reply");
  if (type != LUA_TSTRING && type != LUA_TNIL)
    redbook_misuse(L, "fault: 'reply' must be a string of bytes");
  if (type == LUA_TSTRING) fault->reply = (const uint8_t *)lua_tolstring(L, -1, &length);
  if (type == LUA_TSTRING) fault->length = (uint32_t)length;
  lua_pop(L, 1); /* the fault's table holds the string */
}

/* Which one of the kinds the table names. */
static enum redbook_fault_kind kind(lua_State *L, int index) {
  static const char *const names[] = {
      [REDBOOK_FAULT_SENSE] = "sense", [REDBOOK_FAULT_STATUS] = "status",
      [REDBOOK_FAULT_HOST] = "host",   [REDBOOK_FAULT_ERRNO] = "errno",
      [REDBOOK_FAULT_REPLY] = "reply", [REDBOOK_FAULT_SHORT] = "short",
      [REDBOOK_FAULT_STALL] = "stall", [REDBOOK_FAULT_VANISH] = "vanish",
      [REDBOOK_FAULT_LIE] = "lie"};
  int found = -1, count = 0;
  for (int i = 0; i <= REDBOOK_FAULT_LIE; i++) {
    bool given = redbook_option_given(L, index, names[i]);
    bool off = (i == REDBOOK_FAULT_VANISH || i == REDBOOK_FAULT_LIE) &&
               !redbook_option_boolean(L, index, names[i], false);
    if (!given || off) continue;
    found = i;
    count++;
  }
  if (count != 1)
    redbook_misuse(L,
                   "fault: one of sense, status, host, errno, reply, short, stall, vanish, lie "
                   "expected, got %d of them",
                   count);
  return (enum redbook_fault_kind)found;
}

bool redbook_add_fault(lua_State *L, int index, struct redbook_virtual *drive,
                       struct redbook_error *err) {
  index = lua_absindex(L, index);
  redbook_options_check(L, index, "fault", known);
  struct redbook_virtual_fault fault = {
      .kind = kind(L, index),
      .opcode = lookup(L, index, "command", commands, 255, -1),
      .has_lba = redbook_option_given(L, index, "lba"),
      .lba = (int32_t)redbook_option_integer(L, index, "lba", 0),
      .after = (unsigned)redbook_option_integer(L, index, "after", 0),
      .times = (unsigned)redbook_option_integer(L, index, "times", 0),
      .status = (uint8_t)redbook_option_integer(L, index, "status", 0),
      .host_status = (uint8_t)redbook_option_integer(L, index, "host", 0),
      .os_error = lookup(L, index, "errno", errnos, 4095, 0),
      .length = (uint32_t)redbook_option_integer(L, index, "short", 0),
      .damage = redbook_option_boolean(L, index, "damage", false),
      .seconds = redbook_option_seconds(L, index, "stall", 0)};
  read_sense(L, index, &fault);
  read_reply(L, index, &fault);
  return redbook_virtual_add_fault(drive, &fault, err);
}

bool redbook_add_faults(lua_State *L, int index, struct redbook_virtual *drive,
                        struct redbook_error *err) {
  index = lua_absindex(L, index);
  if (lua_isnil(L, index)) return true;
  if (!lua_istable(L, index))
    return redbook_misuse(L, "VirtualRecorder: an array expected for option 'faults', got %s",
                          luaL_typename(L, index));
  bool ok = true;
  lua_Integer count = (lua_Integer)lua_rawlen(L, index);
  for (lua_Integer i = 1; ok && i <= count; i++) {
    if (lua_rawgeti(L, index, i) != LUA_TTABLE)
      return redbook_misuse(L, "VirtualRecorder: fault %I is no table", (LUAI_UACINT)i);
    ok = redbook_add_fault(L, -1, drive, err);
    lua_pop(L, 1);
  }
  return ok;
}
