/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The virtual recorder: a drive and a disc behind the transport interface, as strict as real
 * ones.
 *
 * A redbook_virtual is the drive (tray, mode pages, unit attention, faults, clock) with the
 * disc that lies in it; it outlives the transports opened on its node. A disc is files (README,
 * "The virtual recorder and its files"): disc.cue, disc.bin, disc.pre, disc.cdt.
 *
 * Choices where drives differ (personality "strict"):
 * - A new drive reports no power-on attention: Linux takes it when it attaches a drive. With
 *   ready_after, 6/28/00 comes once when the medium has become ready, as after every insertion.
 * - Page 05h is packet writing at first (P11): a WRITE without MODE SELECT is 5/64/00.
 * - A track under 300 sectors stays incomplete at SYNCHRONIZE CACHE; writing can go on at its
 *   end. A track cut off by a kill or a write error has Damage set and no NWA: WRITE 5/2C/00,
 *   CLOSE SESSION 5/72/03, CLOSE TRACK pads and closes it. Reading either is 3/11/00.
 * - 99 tracks: the next WRITE is 5/2C/00. Run-out and pregaps read as silence. READ CD while a
 *   track is open is 5/2C/00.
 * - Offered are TAO and SAO (features 002Dh, 002Eh; no packets, 0021h) of 2352-byte audio
 *   blocks. A data track can be selected, but its WRITE is 5/64/00; RAW is 5/26/00.
 * - A session at once is closed by its last sector; SYNCHRONIZE CACHE waits for that. In the
 *   middle it breaks the session off, CLOSE TRACK there is 5/2C/00, CLOSE SESSION 5/72/03. With
 *   CD-TEXT the first WRITE is at the ATIP's start of the lead-in and nowhere else. A tested
 *   session is forgotten at SYNCHRONIZE CACHE. SAO tracks may be shorter than 4 s.
 * - BLANK of parts works on the end of the disc only, everything else is 5/2C/00.
 * - Sub-channel Q has the MCN and ISRC in one sector of a hundred each; R-W is empty, C2 clean.
 * - A transport opened to look refuses what Linux refuses on a read-only descriptor (EPERM),
 * and closing the exclusive one unlocks the tray, as Linux does.
 * - A command that takes longer than its timeout ends with host_status 3 at the timeout.
 *
 * - An underrun without BUFE ruins the track: the next WRITE or SYNCHRONIZE CACHE is 3/0C/09,
 *   the track damaged. With BUFE recording goes on with a link.
 *
 * Threads: one mutex in the drive serialises commands and settings; any thread may call. Nobody
 * holds it while a command takes its real time.
 */
#ifndef REDBOOK_VIRTUAL_VIRTUAL_H
#define REDBOOK_VIRTUAL_VIRTUAL_H

#include "mmc/transport.h"

enum redbook_virtual_medium {
  REDBOOK_MEDIUM_UNSPECIFIED, /* as the disc's files say; a new disc is a CD-R */
  REDBOOK_MEDIUM_NONE,
  REDBOOK_MEDIUM_CD_R,
  REDBOOK_MEDIUM_CD_RW,
  REDBOOK_MEDIUM_PRESSED,
};

/* Simulated: every command takes its time by the drive's own clock, nobody waits. Real: by the
 * wall; a command returns when it is over, other transports' commands are answered meanwhile.
 */
enum redbook_virtual_clock { REDBOOK_CLOCK_SIMULATED, REDBOOK_CLOCK_REAL };

struct redbook_virtual_options {
  const char *disc;                   /* path of the .cue; NULL = empty drive */
  enum redbook_virtual_medium medium; /* must not contradict an existing disc */
  unsigned minutes;                   /* 74, 80, 90, 99; 0 = as the disc's files say, else 80 */
  const char *personality;            /* a name from personality.c; NULL = "strict" */
  double ready_after;                 /* seconds in 2/04/01 after insertion or power-up */
  bool tray_open;
  enum redbook_virtual_clock clock;
};

struct redbook_virtual;

/* Reads the disc's files when they exist; creates none. Errors: E_INVALIDARG for wrong or
 * contradicting options and for a .cue that cannot be understood (naming its line). */
struct redbook_virtual *redbook_virtual_create(const struct redbook_virtual_options *options,
                                               struct redbook_error *err);

/* The same from a name: "virtual:disc.cue?medium=cd-rw&minutes=74&ready=5&tray=open&
 * personality=strict&clock=real", '?' and '%' in the file name percent-encoded; "virtual:"
 * alone is an empty drive. Unknown or repeated parameters are errors that list the known ones.
 */
struct redbook_virtual *redbook_virtual_parse(const char *name, struct redbook_error *err);

struct redbook_virtual *redbook_virtual_ref(struct redbook_virtual *drive);
void redbook_virtual_unref(struct redbook_virtual *drive); /* NULL is fine */

/* A new reference to the drive's node; the node holds the drive. NULL: no memory. */
struct redbook_node *redbook_virtual_node(struct redbook_virtual *drive);

/* Hands: what a person does to the drive. E_FAIL while the tray is locked (eject button dead)
 * or the disc is held by an exclusive user. */
bool redbook_virtual_open_tray(struct redbook_virtual *drive, struct redbook_error *err);
bool redbook_virtual_close_tray(struct redbook_virtual *drive, struct redbook_error *err);
/* Puts another disc in (NULL: takes the disc out); raises UNIT ATTENTION 6/28/00 and the
 * becoming-ready time. The tray is closed afterwards. */
bool redbook_virtual_insert(struct redbook_virtual *drive, const char *disc,
                            enum redbook_virtual_medium medium, unsigned minutes,
                            struct redbook_error *err);
void redbook_virtual_set_ready_after(struct redbook_virtual *drive, double seconds);

enum redbook_fault_kind {
  REDBOOK_FAULT_SENSE,  /* CHECK CONDITION with key, asc, ascq; executed only with key 1 */
  REDBOOK_FAULT_STATUS, /* another SCSI status, e.g. 18h */
  REDBOOK_FAULT_HOST,   /* host_status, command not executed */
  REDBOOK_FAULT_ERRNO,  /* the system call fails */
  REDBOOK_FAULT_REPLY,  /* these bytes instead of the drive's reply */
  REDBOOK_FAULT_SHORT,  /* the reply is cut to `length` bytes; of data for the drive only so
                           many arrive, and nothing is done: GOOD with a residual */
  REDBOOK_FAULT_STALL,  /* executed, but takes `seconds` longer */
  REDBOOK_FAULT_VANISH, /* from now on every command: host_status 1 */
  REDBOOK_FAULT_LIE,    /* GOOD at once, nothing done; a WRITE moves the write position on */
};

struct redbook_virtual_fault {
  enum redbook_fault_kind kind;
  int opcode; /* -1: any command */
  bool has_lba;
  int32_t lba;    /* only a WRITE or READ CD whose range holds this LBA */
  unsigned after; /* let so many matching commands pass first */
  unsigned times; /* hit so many; 0 = always */
  uint8_t key, asc, ascq;
  bool deferred;
  bool descriptor; /* the sense comes in descriptor format, 72h or 73h */
  bool damage;     /* with a sense, of WRITE: the track that is being written is lost */
  uint8_t status, host_status;
  int os_error;
  const uint8_t *reply; /* copied */
  uint32_t length;
  double seconds;
};
/* Faults are looked at in the order added; the first that matches counts and acts. */
bool redbook_virtual_add_fault(struct redbook_virtual *drive,
                               const struct redbook_virtual_fault *fault,
                               struct redbook_error *err);
/* Also brings a vanished drive back. */
void redbook_virtual_clear_faults(struct redbook_virtual *drive);

/* What can be seen from outside. */
struct redbook_virtual_view {
  bool tray_open, has_disc, prevented /* PREVENT is on */, held /* exclusive user */;
  enum redbook_virtual_medium medium;
  int disc_status, session_status; /* as READ DISC INFORMATION byte 2: 0 blank ..; -1 no disc */
  unsigned tracks, sessions, incomplete_tracks;
  uint64_t clock_us, commands, foreign_commands /* see transport.h */, fault_hits;
  uint64_t underruns; /* times the laser caught up with what was sent inside a track */
  uint64_t idle_us;   /* that the laser waited then, until it could go on or the track ended */
  uint32_t
      buffer_low;  /* least fill of the buffer while the laser was on; UINT32_MAX: not yet */
  char path[4096]; /* of the .cue, real path of its folder; "" without a disc */
};
void redbook_virtual_look(struct redbook_virtual *drive, struct redbook_virtual_view *out);

/* One track of the disc as it lies there. */
struct redbook_virtual_track {
  unsigned number, session;
  int32_t start;
  uint32_t sectors;
  uint8_t control; /* Q control nibble */
  bool complete;
  char isrc[13];
};
/* False when there is no such track (index from 0). */
bool redbook_virtual_track_at(struct redbook_virtual *drive, unsigned index,
                              struct redbook_virtual_track *out);

#endif
