/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the virtual drive: its state, one command on its way, and what the command files
 * share. Everything here runs under the drive's mutex.
 */
#ifndef REDBOOK_VIRTUAL_DRIVE_H
#define REDBOOK_VIRTUAL_DRIVE_H

#include <pthread.h>

#include "base/bytes.h"
#include "virtual/buffer.h"
#include "virtual/clock.h"
#include "virtual/image.h"
#include "virtual/personality.h"
#include "virtual/sheet.h"

/* A sense as one number, KKAAQQ; 0 is GOOD. */
#define REDBOOK_VSENSE(key, asc, ascq) ((uint32_t)(key) << 16 | (uint32_t)(asc) << 8 | (ascq))
#define REDBOOK_VBAD_CDB REDBOOK_VSENSE(5, 0x24, 0x00)
#define REDBOOK_VBAD_LIST REDBOOK_VSENSE(5, 0x26, 0x00)
#define REDBOOK_VSEQUENCE REDBOOK_VSENSE(5, 0x2C, 0x00)
#define REDBOOK_VOUT_OF_RANGE REDBOOK_VSENSE(5, 0x21, 0x00)
#define REDBOOK_VCANNOT_WRITE REDBOOK_VSENSE(5, 0x30, 0x05)
#define REDBOOK_VREAD_ERROR REDBOOK_VSENSE(3, 0x11, 0x00)
#define REDBOOK_VBUSY REDBOOK_VSENSE(2, 0x04, 0x07)

#define REDBOOK_VPAGE05 52u  /* page code, length byte and 32h bytes */
#define REDBOOK_VREPLY 8192u /* the longest reply (full TOC of 99 sessions) fits */

struct redbook_vfault; /* fault.c */

struct redbook_vtransport {
  struct redbook_transport base;
  struct redbook_virtual *drive;
  bool exclusive;
  struct redbook_vtransport *next;
};

/* Session at once (sao.c). */
struct redbook_vsao {
  bool ready;       /* a cue sheet was accepted and not yet worked off */
  bool begun;       /* its first WRITE came */
  int32_t position; /* where the next WRITE has to be */
  uint64_t owed_us; /* lead-in and lead-out that the next SYNCHRONIZE CACHE waits for */
  bool looped;      /* all CD-TEXT packs were seen */
  unsigned packs;
  uint8_t pack[REDBOOK_VPACKS][REDBOOK_VPACK];
  struct redbook_vsheet sheet;
};

struct redbook_virtual {
  pthread_mutex_t mutex; /* never held while a command sleeps in real time */
  atomic_uint references;
  const struct redbook_vpersonality *personality;
  bool real_time;     /* these two never change */
  uint64_t epoch_us;  /* real clock: CLOCK_MONOTONIC when the drive was made */
  char empty_key[64]; /* node key while no disc file is known */

  bool tray_open, has_disc, prevented, vanished;
  bool attention; /* 6/28/00 waits to be reported once the medium is ready */
  uint8_t event;  /* GESN media event code that waits, 0 none */
  double ready_after;
  uint64_t ready_at;

  struct redbook_vimage image;
  struct redbook_vdisc disc;
  struct redbook_vdisc shadow; /* what a test write pretends */
  bool testing;                /* the shadow is what the drive sees */

  uint8_t page05[REDBOOK_VPAGE05];
  struct redbook_vsao sao;
  unsigned speed; /* index into the personality's speeds */

  uint64_t clock_us;
  uint64_t busy_from, busy_until; /* a long operation, with Immed or not */
  bool blanking;                  /* it is BLANK */
  struct redbook_vbuffer buffer;
  bool spun_up;
  int32_t head; /* LBA behind the last one read: reading on from it needs no seek */
  uint64_t underruns;
  uint64_t idle_us; /* that the laser waited for data, but for a wait that goes on */
  uint32_t
      low_water; /* least fill of the buffer while the laser was on, UINT32_MAX: never on */

  struct redbook_vfault *faults;
  struct redbook_vtransport *transports;
  struct redbook_vtransport *holder; /* the exclusive one */
  uint64_t commands, foreign, fault_hits;
};

/* One command on its way through the drive. */
struct redbook_vcall {
  struct redbook_command *command;
  const uint8_t *cdb;
  uint8_t reply[REDBOOK_VREPLY];
  uint32_t reply_length; /* of the full reply */
  uint32_t room;         /* allocation length */
  bool direct;           /* the handler filled command->data_in with reply_length bytes */
  bool has_information;
  int32_t information;
  bool has_progress;
  uint16_t progress;
  bool lie;         /* fault: WRITE moves on, nothing is stored */
  bool deferred;    /* the sense belongs to an earlier command */
  uint64_t cost_us; /* time that the command takes */
};

typedef uint32_t redbook_vhandler(struct redbook_virtual *drive, struct redbook_vcall *call);

/* drive.c: what lies in the drive now, and time. */
/* Takes the mutex and brings clock and buffer up to now. */
void redbook_vdrive_lock(struct redbook_virtual *drive);
struct redbook_vdisc *redbook_vdrive_disc(struct redbook_virtual *drive);
bool redbook_vdrive_present(const struct redbook_virtual *drive);
bool redbook_vdrive_ready(const struct redbook_virtual *drive);
/* 2/3A/.., 2/04/01, 6/28/00 (reported: cleared) or 2/04/07 as it is now; 0 when all is well. */
uint32_t redbook_vdrive_condition(struct redbook_virtual *drive, struct redbook_vcall *call);
uint32_t redbook_vdrive_busy(const struct redbook_virtual *drive, struct redbook_vcall *call);
/* A medium was put in or taken out, or the tray moved. */
void redbook_vdrive_medium_changed(struct redbook_virtual *drive);
void redbook_vpage05_default(uint8_t page[REDBOOK_VPAGE05]);
/* Reads the disc's files anew when another user wrote them. */
bool redbook_vdrive_refresh(struct redbook_virtual *drive, struct redbook_error *err);
/* Reads the disc at `path`, or makes up a blank one; NULL means none. */
bool redbook_vdrive_put_disc(struct redbook_virtual *drive, const char *path,
                             enum redbook_virtual_medium medium, unsigned minutes,
                             struct redbook_error *err);

/* execute.c: the one way of every command. Returns the moment, by the drive's clock, at which
 * the command ends: on a real clock the caller has to wait for it, without the mutex. */
uint64_t redbook_vdrive_execute(struct redbook_virtual *drive, struct redbook_vtransport *from,
                                struct redbook_command *command);
/* An 18-byte fixed sense for `code` into the command. */
void redbook_vsense_put(struct redbook_command *command, const struct redbook_vcall *call,
                        uint32_t code, bool deferred);
void redbook_vsense_bytes(uint8_t sense[18], const struct redbook_vcall *call, uint32_t code,
                          bool deferred);

/* file_error.c: notes for the command's sender what went wrong with a file of the disc: a sense
 * can only blame the disc. False for error 0. */
bool redbook_vfile_error(struct redbook_vcall *call, const char *path, int error);

/* fault.c: what a fault does before and after a command is executed. */
enum redbook_vfault_effect {
  REDBOOK_VFAULT_NONE,
  REDBOOK_VFAULT_DONE, /* the outcome is in the command */
  REDBOOK_VFAULT_AFTER /* execute, then redbook_vfault_after */
};
enum redbook_vfault_effect redbook_vfault_before(struct redbook_virtual *drive,
                                                 struct redbook_vcall *call,
                                                 const struct redbook_vfault **hit);
void redbook_vfault_after(const struct redbook_vfault *hit, struct redbook_vcall *call);

/* timing.c: what things cost. */
#define REDBOOK_VREAD_KBPS 7056u /* 40x */
enum {
  REDBOOK_VCOST_COMMAND_US = 500,     /* any command */
  REDBOOK_VCOST_SPIN_UP_US = 6000000, /* first WRITE after start or load (2.6: 5-20 s) */
  REDBOOK_VCOST_TRACK_US = 2000000,   /* first WRITE of a track: calibration, pregap */
  REDBOOK_VCOST_SYNC_US = 3000000,    /* run-out, PMA entry (2.6: 3-15 s with next start) */
  REDBOOK_VCOST_CLOSE_US = 5000000,   /* besides lead-in and lead-out at write speed */
  REDBOOK_VCOST_OPC_US = 5000000,
  REDBOOK_VCOST_LOAD_US = 3000000, /* tray in, to which the becoming-ready time adds */
  REDBOOK_VCOST_EJECT_US = 2000000,
  REDBOOK_VCOST_START_US = 1000000,
  REDBOOK_VCOST_SEEK_US = 100000,
  REDBOOK_VCOST_IDLE_US = 10000000, /* a host that sends nothing may be dead (unverified) */
  REDBOOK_VCOST_LINK_US = 500000,   /* finding the end after an underrun (unverified) */
  REDBOOK_VCOST_BLANK_MINIMAL_US = 30000000, /* 1.9: 20-60 s */
};
/* A mechanical delay as this drive's personality has it. */
uint64_t redbook_vdelay(const struct redbook_virtual *drive, uint64_t microseconds);
/* The write speed that is set. */
const struct redbook_vspeed *redbook_vspeed_now(const struct redbook_virtual *drive);
/* Sectors a second at an LBA, at the write speed that is set. */
double redbook_vspeed_at(const struct redbook_virtual *drive, double lba);
/* Microseconds to record from one LBA up to another. */
uint64_t redbook_vtime_path(const struct redbook_virtual *drive, double from, double to);
/* The LBA at which the laser is after so many microseconds. */
double redbook_vpath_after(const struct redbook_virtual *drive, double from, uint64_t time);
/* Microseconds to record so many bytes in the lead-in's region. */
uint64_t redbook_vtime_record(const struct redbook_virtual *drive, uint64_t bytes);
uint64_t redbook_vtime_read(uint64_t bytes);
/* The command takes that long; with Immed it does not, but the drive is busy that long. */
void redbook_vtime_take(struct redbook_virtual *drive, struct redbook_vcall *call,
                        uint64_t microseconds, bool immed);

/* performance.c: the write speed nearest to so many kB/s. */
void redbook_vset_speed(struct redbook_virtual *drive, unsigned wanted);

/* sao.c: drops the cue sheet. */
void redbook_vsao_forget(struct redbook_virtual *drive);

/* subchannel.c: the Q channel of a sector that lies in a track, 12 bytes with their CRC. */
void redbook_vq_channel(const struct redbook_vdisc *disc, int32_t lba, uint8_t q[12]);

/* Handlers, one an opcode. */
redbook_vhandler redbook_vdo_test_unit_ready, redbook_vdo_request_sense, redbook_vdo_inquiry,
    redbook_vdo_start_stop, redbook_vdo_prevent, redbook_vdo_read_capacity, redbook_vdo_write,
    redbook_vdo_synchronize, redbook_vdo_read_toc, redbook_vdo_get_configuration,
    redbook_vdo_get_event_status, redbook_vdo_disc_information, redbook_vdo_track_information,
    redbook_vdo_send_opc, redbook_vdo_mode_select, redbook_vdo_mode_sense, redbook_vdo_close,
    redbook_vdo_buffer_capacity, redbook_vdo_blank, redbook_vdo_get_performance,
    redbook_vdo_set_speed, redbook_vdo_mechanism_status, redbook_vdo_read_cd,
    redbook_vdo_read_cd_msf, redbook_vdo_read, redbook_vdo_send_cue_sheet,
    redbook_vdo_read_sub_channel, redbook_vdo_read_buffer, redbook_vdo_rezero, redbook_vdo_seek,
    redbook_vdo_set_streaming, redbook_vdo_disc_structure;

/* M, S, F: LBA -150 is 00:00:00; the lead-in counts on from 90:00:00 to 99:59:74. */
void redbook_vput_msf(uint8_t *p, int32_t lba);

/* A zeroed reply of `length` bytes, of which the host has room for so many. */
uint8_t *redbook_vreply(struct redbook_vcall *call, uint32_t length, uint32_t room);

#endif
