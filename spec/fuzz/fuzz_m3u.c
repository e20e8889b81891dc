/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M3U and M3U8 lists of any content, read by the real Lua reader; lists.lua says what must
 * hold. */
#include "lua_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return lua_world_run("m3u", data, size);
}
