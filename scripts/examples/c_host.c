/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A C program that embeds Lua: two states in two threads, each with a drive of its own.
 *
 *     cc -o c_host c_host.c $(pkg-config --cflags --libs lua5.4) -pthread
 *     ./c_host [--cancel] DEVICE DEVICE FILE...
 *
 * Each thread has one poll(2) for a timer and for whatever Lua waits for. The burn is a
 * coroutine that yields an operation's descriptor, and is resumed when that is readable. Lua
 * finds redbook as always: installed, or by LUA_PATH and LUA_CPATH (`make env` prints them).
 */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 10
#define MOST_TICKS 100000

/* What a thread's state runs. It yields a descriptor and whether something of the track is
 * written; true comes back when the host wants it cancelled. */
static const char script[] =
    "local device, files = ...\n"
    "local redbook = require 'redbook'\n"
    "local WRITING = redbook.IMAPI_FORMAT2_TAO_WRITE_ACTION.WRITING\n"
    "local recorder <close> = assert(redbook.Recorder(device))\n"
    "local tao <close> = redbook.TrackAtOnce()\n"
    "tao.Recorder, tao.ClientName = recorder, 'C host'\n"
    "local writing\n"
    "local function see(event)\n"
    "  writing = event.CurrentAction == WRITING and event.LastWrittenLba >= event.StartLba\n"
    "end\n"
    "local function wait(operation)\n"
    "  if coroutine.yield(operation:pollfd(), writing) then operation:cancel() end\n"
    "end\n"
    "local function run(operation, err)\n"
    "  if not operation then error(err, 0) end\n"
    "  local ok, problem = redbook.run(operation, see, wait)\n"
    "  if not ok then error(problem, 0) end\n"
    "end\n"
    "local ok, err = pcall(function()\n"
    "  run(tao:BeginPrepareMedia())\n"
    "  for _, file in ipairs(files) do run(tao:BeginAddAudioTrack(file)) end\n"
    "  run(tao:BeginReleaseMedia())\n"
    "end)\n"
    "if ok then return true, ('burned: %d track(s), the disc is closed'):format(#files) end\n"
    "if type(err) == 'string' then error(err, 0) end\n"
    "return false, ('not burned: %s (disc: %s)'):format(err.name, err.disc)\n";

struct host {
  const char *device;
  char **files;
  int count;
  bool cancel;
  bool burned;
  char said[256];
  unsigned woken, ticks;
  double last_tick, late[MOST_TICKS]; /* milliseconds */
};

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static void tick(struct host *host) {
  double now = now_ms(), late = now - host->last_tick - TICK_MS;
  if (host->last_tick > 0 && host->ticks < MOST_TICKS)
    host->late[host->ticks++] = late > 0 ? late : 0;
  host->last_tick = now;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The script's main function and its arguments are on the new coroutine's stack. */
static bool load(lua_State *co, const struct host *host) {
  if (luaL_loadstring(co, script) != LUA_OK) return false;
  lua_pushstring(co, host->device);
  lua_createtable(co, host->count, 0);
  for (int i = 0; i < host->count; i++) {
    lua_pushstring(co, host->files[i]);
    lua_rawseti(co, -2, i + 1);
  }
  return true;
}

/* Waits for the timer and for the operation's descriptor; true when the latter is readable, or
 * the burn has to hear of a cancel. */
static bool wait_for(struct host *host, int timer, int operation, bool writing, bool *cancel) {
  struct pollfd fds[2] = {{timer, POLLIN, 0}, {operation, POLLIN, 0}};
  if (poll(fds, 2, -1) < 0) return false; /* a signal: the caller comes again */
  if (fds[0].revents & POLLIN) {
    uint64_t times;
    if (read(timer, &times, sizeof times) == (ssize_t)sizeof times) tick(host);
    *cancel = host->cancel && writing;
    if (*cancel) host->cancel = false;
  }
  bool ready = (fds[1].revents & POLLIN) != 0;
  host->woken += ready;
  return ready || *cancel;
}

/* Resumes the burn until it has returned; the loop of a real host would do other things too. */
static int drive(lua_State *L, lua_State *co, struct host *host, int timer) {
  int arguments = 2, results = 0, status;
  while ((status = lua_resume(co, L, arguments, &results)) == LUA_YIELD) {
    int fd = (int)lua_tointeger(co, -2);
    bool writing = lua_toboolean(co, -1), cancel = false;
    lua_pop(co, results);
    while (!wait_for(host, timer, fd, writing, &cancel)) {
    }
    lua_pushboolean(co, cancel);
    arguments = 1;
  }
  return status;
}

static void *work(void *argument) {
  struct host *host = argument;
  struct itimerspec every = {{0, TICK_MS * 1000000L}, {0, TICK_MS * 1000000L}};
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  lua_State *L = luaL_newstate();
  if (L && timer >= 0 && !timerfd_settime(timer, 0, &every, NULL)) {
    luaL_openlibs(L);
    lua_State *co = lua_newthread(L);
    int status = load(co, host) ? drive(L, co, host, timer) : LUA_ERRSYNTAX;
    host->burned = status == LUA_OK && lua_toboolean(co, -2);
    (void)snprintf(host->said, sizeof host->said, "%s", luaL_tolstring(co, -1, NULL));
  }
  if (L) lua_close(L); /* lets go of the drive, whatever happened */
  if (timer >= 0) close(timer);
  return NULL;
}

static void report(struct host *host) {
  unsigned n = host->ticks;
  qsort(host->late, n, sizeof *host->late, by_value);
  printf("%s\n", host->said[0] ? host->said : "no Lua state, or no timer");
  printf("woken %u times; %u ticks, late by %.2f ms (half), %.2f ms (99 %%), %.2f ms (most)\n",
         host->woken, n, n ? host->late[n / 2] : 0, n ? host->late[(n * 99 - 1) / 100] : 0,
         n ? host->late[n - 1] : 0);
}

int main(int argc, char **argv) {
  bool cancel = argc > 1 && !strcmp(argv[1], "--cancel");
  int first = cancel ? 2 : 1;
  if (argc < first + 3) {
    (void)fprintf(stderr, "usage: %s [--cancel] DEVICE DEVICE FILE...\n", argv[0]);
    return 2;
  }
  static struct host hosts[2];
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) {
    hosts[i].device = argv[first + i];
    hosts[i].files = argv + first + 2;
    hosts[i].count = argc - first - 2;
    hosts[i].cancel = cancel;
    if (pthread_create(&threads[i], NULL, work, &hosts[i])) abort();
  }
  for (int i = 0; i < 2; i++) {
    pthread_join(threads[i], NULL);
    report(&hosts[i]);
  }
  return hosts[0].burned && hosts[1].burned ? 0 : 1;
}
