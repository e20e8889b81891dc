/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The classes of redbook.core, what they share, and how the module puts them together.
 *
 * Threads: no function here is ever called from a worker; an object belongs to the lua_State
 * that made it.
 */
#ifndef REDBOOK_LUA_CLASSES_H
#define REDBOOK_LUA_CLASSES_H

#include "audio/fingerprint.h"
#include "audio/source.h"
#include "burn/tao.h"
#include "drive/recorder.h"
#include "lua/class.h"

#define REDBOOK_RECORDER_CLASS "redbook.Recorder"
#define REDBOOK_TAO_CLASS "redbook.TrackAtOnce"
#define REDBOOK_ERASE_CLASS "redbook.Erase"
#define REDBOOK_SOURCE_CLASS "redbook.AudioSource"
#define REDBOOK_VERIFICATION_CLASS "redbook.Verification"
#define REDBOOK_OPERATION_CLASS "redbook.Operation"
#define REDBOOK_MASTER_CLASS "redbook.DiscMaster"
#define REDBOOK_WATCH_CLASS "redbook.DeviceWatch"
#define REDBOOK_VIRTUAL_CLASS "redbook.VirtualRecorder"
#define REDBOOK_SERVER_CLASS "redbook.DriveServer"
#define REDBOOK_TRAP_CLASS "redbook.SignalTrap"
#define REDBOOK_MUTE_CLASS "redbook.StderrMute"

/* Each creates a metatable and leaves the class's constructor on the stack (registers that have
 * no constructor push nothing). */
void redbook_register_recorder(lua_State *L);
void redbook_register_tao(lua_State *L);
void redbook_register_erase(lua_State *L);
void redbook_register_source(lua_State *L);
void redbook_register_verification(lua_State *L);
void redbook_register_operation(lua_State *L); /* pushes nothing */
void redbook_register_master(lua_State *L);
void redbook_register_watch(lua_State *L); /* pushes nothing */
void redbook_register_virtual(lua_State *L);
void redbook_register_server(lua_State *L); /* pushes nothing */
void redbook_register_trap(lua_State *L);
void redbook_register_mute(lua_State *L);

/* recorder.c */
struct redbook_recorder_box {
  struct redbook_recorder *core;
  unsigned acquired; /* AcquireExclusiveAccess calls of this object not yet released */
};
struct redbook_recorder *redbook_check_recorder(lua_State *L, int index);
/* The value at 2 of a setter of `Recorder`: NULL for nil; raises for anything else. */
struct redbook_recorder *redbook_set_recorder(lua_State *L);
/* An empty Recorder object, to be filled by its maker. */
struct redbook_recorder_box *redbook_new_recorder(lua_State *L);
/* The `trace` of an options table at `index`, or NULL. */
const char *redbook_check_trace(lua_State *L, int index);
/* recorder_properties.c */
extern const struct redbook_property redbook_recorder_properties[];
int redbook_recorder_media_summary(lua_State *L);
/* `TraceProblem`: the errno in words, nil for 0. */
int redbook_push_trace_problem(lua_State *L, int errno_value);
/* A reply has at most 65526 bytes of features, 4 or more each. */
#define REDBOOK_CODES 16384u
int redbook_push_codes(lua_State *L, const uint16_t *codes, unsigned count);
/* recorder_ex.c, recorder_pages.c: IDiscRecorder2Ex */
extern const luaL_Reg redbook_recorder_commands[];
extern const luaL_Reg redbook_recorder_pages[];
struct redbook_media;
void redbook_push_media_summary(lua_State *L, const struct redbook_media *media);
/* rescue.c */
int redbook_recorder_examine(lua_State *L);
int redbook_recorder_rescue(lua_State *L);

/* operation.c: an empty Operation object that keeps the object at `owner` alive. */
struct redbook_box *redbook_new_operation(lua_State *L, int owner);
/* The seconds of a step at `index`, -1 for ever; raises. */
double redbook_check_step(lua_State *L, int index);
/* The raw C step and feed, for the embedded chunk. */
int redbook_operation_raw_step(lua_State *L);
int redbook_operation_wait(lua_State *L);
int redbook_operation_raw_feed(lua_State *L);

/* source.c: opens what AddAudioTrack and AudioSource take at `index` (path, open file, table)
 * and leaves it as an AudioSource object on the stack; an AudioSource is pushed as it is. NULL
 * and err when the world says no; raises on anything else. `sectors`: announced length of a
 * file's data, or -1. */
struct redbook_source *redbook_resolve_source(lua_State *L, int index, int64_t sectors,
                                              struct redbook_error *err);
/* Pushes the chunk's functions scanned(source) and announced(source). */
int redbook_source_figures(lua_State *L);
/* Puts the chunk's functions for `Gain` and `MeasureLoudness` into the table on top. */
void redbook_source_gain_functions(lua_State *L);
/* joined.c: pushes the constructor; puts the chunk's function group(source) into the table on
 * top. */
void redbook_register_joined(lua_State *L);
void redbook_joined_functions(lua_State *L);
/* The options quality, dither, limit, loudness of the table at `index`; raises on words it does
 * not know. */
struct redbook_processing redbook_check_processing(lua_State *L, int index);
extern const struct redbook_property redbook_source_measures[];
int redbook_album_loudness(lua_State *L);

/* tao_settings.c, tao_figures.c */
extern const struct redbook_property redbook_tao_settings[];
extern const struct redbook_property redbook_tao_figures[];
struct redbook_tao *redbook_check_tao(lua_State *L, int index);
/* User values of a TrackAtOnce. */
enum { REDBOOK_TAO_RECORDER = 1, REDBOOK_TAO_ON_UPDATE = 2, REDBOOK_TAO_VALUES = 2 };
/* An error of a TrackAtOnce says what state the disc is in, as far as is known. */
void redbook_tao_mark_disc(struct redbook_tao *tao, struct redbook_error *err);

/* fingerprint.c: { Blocks =, Head =, Tail = } in hexadecimal; { First = { version 1, 2 },
 * Middle =, Last =, Only = }. */
void redbook_push_fingerprint(lua_State *L, const struct redbook_fingerprint *print);
void redbook_push_accuraterip(lua_State *L, const struct redbook_fingerprint *print);
/* Adds the function `fingerprint` to the table on top. */
void redbook_add_fingerprint(lua_State *L);
/* The fingerprint that the table at `index` is one of; raises when it cannot be, NULL and err
 * without memory. */
struct redbook_fingerprint *redbook_check_fingerprint(lua_State *L, int index, uint32_t sectors,
                                                      uint32_t crc32,
                                                      struct redbook_error *err);

/* virtual_fault.c */
struct redbook_virtual;
bool redbook_add_faults(lua_State *L, int index, struct redbook_virtual *drive,
                        struct redbook_error *err);
bool redbook_add_fault(lua_State *L, int index, struct redbook_virtual *drive,
                       struct redbook_error *err);

/* serve.c: VirtualRecorder:Serve with its options at 2; a DriveServer on the stack. */
int redbook_serve(lua_State *L, struct redbook_virtual *drive);

/* watch.c: DiscMaster:Watch with its options at 2; a DeviceWatch on the stack, or nil, err. */
int redbook_watch(lua_State *L, const char *sys, const char *dev);

/* disc_contents.c: Recorder:DiscContents; adds read_image to the table on top. */
int redbook_recorder_disc_contents(lua_State *L);
void redbook_add_read_image(lua_State *L);

/* inspect.c: adds inspect_node and identity to the table on top. */
void redbook_add_inspection(lua_State *L);

/* enumerations.c: adds IMAPI's enumerations to the table on top. */
void redbook_add_enumerations(lua_State *L);

/* files.c: adds replace_file, hold_file. */
void redbook_add_files(lua_State *L);
/* terminal.c */
void redbook_add_terminal(lua_State *L);

/* tags.c: adds file_tags to the table on top; pushes the table of AudioSource.Tags. */
struct redbook_source;
void redbook_add_tags(lua_State *L);
void redbook_push_source_tags(lua_State *L, const struct redbook_source *source);

/* charset.c: adds to_utf8 to the table on top. */
void redbook_add_charset(lua_State *L);

/* digest.c: adds sha256_file, sha1, base64 to the table on top. */
void redbook_add_digests(lua_State *L);

/* signals.c: "INT" <-> 2 */
const char *redbook_signal_name(int signal);

/* lifetime.c: pins the library, arranges that everything is let go at lua_close and at exit.
 * Called first, so that the sentinel is finalised last. */
void redbook_guard_lifetime(lua_State *L);

#endif
