/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorder: the commands of IDiscRecorder2Ex that a caller makes itself, and what the way to
 * the drive allows (imapi2 3.3). */
/***
@submodule redbook.core
*/
#include <string.h>

#include "drive/command.h"
#include "drive/pages.h"
#include "lua/classes.h"
#include "lua/error.h"
#include "lua/options.h"
#include "mmc/cdb.h"
#include "mmc/sense.h"

#define PAGE_BYTES 4096u
#define DATA_MOST (16 << 20) /* far above what any transport carries */
#define SECONDS_MOST 86400

/* A buffer that begins a page, in a userdata on the stack. */
static uint8_t *push_buffer(lua_State *L, size_t length) {
  uintptr_t at = (uintptr_t)lua_newuserdatauv(L, length + PAGE_BYTES, 0);
  return (uint8_t *)((at + PAGE_BYTES - 1) & ~(uintptr_t)(PAGE_BYTES - 1));
}

static void push_remark(lua_State *L, const struct redbook_packet *packet,
                        const struct redbook_sense *sense) {
  struct redbook_error remark;
  char text[160];
  char name[24];
  redbook_error_clear(&remark);
  redbook_sense_text(sense, text, sizeof text);
  redbook_fail(&remark, REDBOOK_S_IMAPI_COMMAND_HAS_SENSE_DATA, "the drive answered %s: %s",
               redbook_opcode_name(packet->cdb[0], name, sizeof name), text);
  remark.sense = *sense;
  remark.opcode = packet->cdb[0];
  redbook_push_error(L, &remark);
}

/* Data or true, and a remark when there is sense data; or nil, err. */
static int send_packet(lua_State *L, const struct redbook_packet *packet) {
  struct redbook_answer answer;
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_recorder_send_command(redbook_check_recorder(L, 1), packet, &answer, &err))
    return redbook_return_error(L, &err);
  if (packet->direction == REDBOOK_FROM_DEVICE)
    lua_pushlstring(L, (const char *)packet->data_in, answer.received);
  else
    lua_pushboolean(L, 1);
  if (!answer.sense.valid) return 1;
  push_remark(L, packet, &answer.sense);
  return 2;
}

static void put_cdb(lua_State *L, struct redbook_packet *packet) {
  redbook_check_recorder(L, 1);
  luaL_checktype(L, 2, LUA_TSTRING);
  packet->cdb = (const uint8_t *)lua_tolstring(L, 2, &packet->cdb_length);
}

static void put_data_out(lua_State *L, int index, struct redbook_packet *packet) {
  size_t length;
  const char *data = lua_tolstring(L, index, &length);
  luaL_argcheck(L, length <= DATA_MOST, index, "more data than any command carries");
  uint8_t *copy = push_buffer(L, length);
  memcpy(copy, data, length);
  packet->direction = REDBOOK_TO_DEVICE;
  packet->data_out = copy;
  packet->data_length = (uint32_t)length;
}

static void put_data_in(lua_State *L, lua_Integer length, struct redbook_packet *packet) {
  packet->direction = REDBOOK_FROM_DEVICE;
  packet->data_in = push_buffer(L, (size_t)length);
  packet->data_length = (uint32_t)length;
}

/***
Sends a command of the caller's own making, once and as it is. A CHECK CONDITION is a success
with a remark, as in IMAPI2: look for it. Blocks until the drive has answered; long commands
have an Immed bit. What does not only read (WRITE, MODE SELECT, START STOP UNIT, a vendor's
command ...) takes exclusive access: E_ACCESSDENIED without it.

A CDB has 6 to 16 bytes, and as many as the group of its opcode says (00-1Fh 6, 20-5Fh 10,
80-9Fh 16, A0-BFh 12), but for some opcodes that IMAPI2 exempts: else E_INVALIDARG.
@function Recorder:SendCommand
@string cdb bytes
@tparam[opt] table options `data_out` = bytes to send, or `data_in_length` = bytes to receive at
most; `timeout` = seconds, 10 unless said otherwise (Linux makes 7 of less)
@treturn[1] string|boolean the bytes that came, or true for a command that receives none
@treturn[1] ?Error remark 00AA0200 with its `sense`: the drive answered CHECK CONDITION
@return[2] nil
@treturn[2] Error err no answer: 020D timed out, 80070037 gone, 0207 busy, E_ACCESSDENIED
refused by the kernel, E_INVALIDARG, 0210 held by somebody, 0500 while an operation runs
*/
static int send_command(lua_State *L) {
  static const struct redbook_option known[] = {
      {"data_out", REDBOOK_OPTION_ANY, 0, 0}, /* bytes: a string with zeros too */
      {"data_in_length", REDBOOK_OPTION_INTEGER, 1, DATA_MOST},
      {"timeout", REDBOOK_OPTION_SECONDS, 1, SECONDS_MOST},
      {NULL, REDBOOK_OPTION_ANY, 0, 0}};
  struct redbook_packet packet = {.cdb_length = 0};
  put_cdb(L, &packet);
  lua_settop(L, 3);
  redbook_options_check(L, 3, "SendCommand", known);
  packet.seconds =
      redbook_option_seconds(L, 3, "timeout", (lua_Number)REDBOOK_DEFAULT_COMMAND_SECONDS);
  int type = redbook_option_push(L, 3, "data_out");
  bool out = type == LUA_TSTRING;
  if (!out && type != LUA_TNIL)
    return redbook_misuse(L, "SendCommand: a string expected for option 'data_out', got %s",
                          luaL_typename(L, 4));
  lua_Integer in = redbook_option_integer(L, 3, "data_in_length", 0);
  if (out && in)
    return redbook_misuse(L, "SendCommand: data_out and data_in_length exclude each other");
  if (out) put_data_out(L, 4, &packet);
  if (in) put_data_in(L, in, &packet);
  return send_packet(L, &packet);
}

static double check_timeout(lua_State *L, int index) {
  lua_Number seconds = luaL_optnumber(L, index, (lua_Number)REDBOOK_DEFAULT_COMMAND_SECONDS);
  luaL_argcheck(L, seconds >= 1 && seconds <= SECONDS_MOST, index,
                "a time-out of 1 to 86400 seconds expected");
  return seconds;
}

/***
SendCommand without data.
@function Recorder:SendCommandNoData
@string cdb
@number[opt=10] timeout seconds
@treturn[1] boolean true
@treturn[1] ?Error remark 00AA0200 with its `sense`
@return[2] nil
@treturn[2] Error err as SendCommand
*/
static int send_no_data(lua_State *L) {
  struct redbook_packet packet = {.seconds = check_timeout(L, 3)};
  put_cdb(L, &packet);
  return send_packet(L, &packet);
}

/***
SendCommand with data for the drive.
@function Recorder:SendCommandSendDataToDevice
@string cdb
@string data at least one byte, else E_INVALIDARG
@number[opt=10] timeout seconds
@treturn[1] boolean true
@treturn[1] ?Error remark 00AA0200 with its `sense`
@return[2] nil
@treturn[2] Error err as SendCommand
*/
static int send_data(lua_State *L) {
  struct redbook_packet packet = {.seconds = check_timeout(L, 4)};
  put_cdb(L, &packet);
  luaL_checktype(L, 3, LUA_TSTRING);
  put_data_out(L, 3, &packet);
  return send_packet(L, &packet);
}

/***
SendCommand with data from the drive.
@function Recorder:SendCommandGetDataFromDevice
@string cdb
@int length bytes to receive at most, at least one
@number[opt=10] timeout seconds
@treturn[1] string the bytes that came
@treturn[1] ?Error remark 00AA0200 with its `sense`
@return[2] nil
@treturn[2] Error err as SendCommand
*/
static int get_data(lua_State *L) {
  struct redbook_packet packet = {.seconds = check_timeout(L, 4)};
  put_cdb(L, &packet);
  lua_Integer length = luaL_checkinteger(L, 3);
  luaL_argcheck(L, length >= 1 && length <= DATA_MOST, 3, "1 to 16777216 bytes expected");
  put_data_in(L, length, &packet);
  return send_packet(L, &packet);
}

enum limit { ALIGNMENT, ALIGNED, NOT_ALIGNED };

static int push_limit(lua_State *L, enum limit which) {
  struct redbook_limits limits;
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!redbook_recorder_limits(redbook_check_recorder(L, 1), &limits, &err))
    return redbook_return_error(L, &err);
  uint32_t value = limits.max_transfer;
  if (which == ALIGNMENT) value = limits.alignment;
  if (which == NOT_ALIGNED && value > PAGE_BYTES) value -= PAGE_BYTES;
  lua_pushinteger(L, value);
  return 1;
}

/***
A power of two: data at its multiples reach the drive without being copied. Lua's strings are
copied into buffers that begin a page anyhow.
@function Recorder:GetByteAlignmentMask
@treturn[1] integer
@return[2] nil
@treturn[2] Error err
*/
static int alignment_mask(lua_State *L) {
  return push_limit(L, ALIGNMENT);
}

/***
Bytes that one command carries from or to a buffer that begins anywhere: one page less.
@function Recorder:GetMaximumNonPageAlignedTransferSize
@treturn[1] integer
@return[2] nil
@treturn[2] Error err
*/
static int transfer_anywhere(lua_State *L) {
  return push_limit(L, NOT_ALIGNED);
}

/***
Bytes that one command carries; what SendCommand takes at most.
@function Recorder:GetMaximumPageAlignedTransferSize
@treturn[1] integer
@return[2] nil
@treturn[2] Error err
*/
static int transfer_aligned(lua_State *L) {
  return push_limit(L, ALIGNED);
}

typedef bool descriptor_call(struct redbook_recorder *recorder, uint8_t *data, size_t *length,
                             struct redbook_error *err);

static int push_descriptor(lua_State *L, descriptor_call *call) {
  uint8_t data[REDBOOK_DEVICE_DESCRIPTOR_MOST];
  size_t length = 0;
  struct redbook_error err;
  redbook_error_clear(&err);
  if (!call(redbook_check_recorder(L, 1), data, &length, &err))
    return redbook_return_error(L, &err);
  lua_pushlstring(L, (const char *)data, length);
  return 1;
}

/***
Windows' STORAGE_ADAPTER_DESCRIPTOR (32 bytes, little endian): largest transfer, alignment, and
the bus as the drive's core feature names it.
@function Recorder:GetAdapterDescriptor
@treturn[1] string bytes
@return[2] nil
@treturn[2] Error err
*/
static int adapter_descriptor(lua_State *L) {
  return push_descriptor(L, redbook_recorder_adapter_descriptor);
}

/***
Windows' STORAGE_DEVICE_DESCRIPTOR (little endian): INQUIRY data, and vendor, product and
revision as texts behind it; no serial number.
@function Recorder:GetDeviceDescriptor
@treturn[1] string bytes
@return[2] nil
@treturn[2] Error err
*/
static int device_descriptor(lua_State *L) {
  return push_descriptor(L, redbook_recorder_device_descriptor);
}

const luaL_Reg redbook_recorder_commands[] = {
    {"SendCommand", send_command},
    {"SendCommandNoData", send_no_data},
    {"SendCommandSendDataToDevice", send_data},
    {"SendCommandGetDataFromDevice", get_data},
    {"GetByteAlignmentMask", alignment_mask},
    {"GetMaximumNonPageAlignedTransferSize", transfer_anywhere},
    {"GetMaximumPageAlignedTransferSize", transfer_aligned},
    {"GetAdapterDescriptor", adapter_descriptor},
    {"GetDeviceDescriptor", device_descriptor},
    {NULL, NULL}};
