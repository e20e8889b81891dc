/* TrackAtOnce: IDiscFormat2TrackAtOnce with the state table of imapi2 0.3.
 *
 * Reference counted. Long things are operations (operation.h), one at a time. Wrong state gives
 * exactly the table's code. Getters marked ok during an operation answer from values read
 * before.
 */
#ifndef REDBOOK_BURN_TAO_H
#define REDBOOK_BURN_TAO_H

#include "audio/fingerprint.h"
#include "audio/source.h"
#include "burn/operation.h"
#include "drive/media.h"
#include "drive/recorder.h"

struct redbook_tao;

enum redbook_tao_state {
  REDBOOK_TAO_IDLE,
  REDBOOK_TAO_PREPARING,
  REDBOOK_TAO_PREPARED,
  REDBOOK_TAO_WRITING,
  REDBOOK_TAO_RELEASING
};

struct redbook_tao *redbook_tao_create(struct redbook_error *err);
struct redbook_tao *redbook_tao_ref(struct redbook_tao *tao);
/* Frees with the last reference; whoever drops a prepared one lets it go first. NULL is fine.
 */
void redbook_tao_unref(struct redbook_tao *tao);
enum redbook_tao_state redbook_tao_state(const struct redbook_tao *tao);

/* Let go (design 5): cancel, join the worker, end an open track, ALLOW, drop the lock, close.
 * Never CLOSE SESSION. Idempotent; the tao is IDLE afterwards. What failed is kept in
 * redbook_last_release_error. */
void redbook_tao_let_go(struct redbook_tao *tao);
/* The same on a thread of its own; returns at once. Joined by redbook_let_go_all. */
void redbook_tao_let_go_later(struct redbook_tao *tao);
/* Joins what runs in the background and lets go of all that is prepared or held: the lua_close
 * sentinel and atexit. */
void redbook_let_go_all(void);
/* False when nothing failed inside a letting-go since the last call. */
bool redbook_last_release_error(struct redbook_error *out);

/* Properties (imapi2 1.4 and design 4). Each returns false with the table's code. */
bool redbook_tao_set_recorder(struct redbook_tao *tao, struct redbook_recorder *recorder,
                              struct redbook_error *err); /* NULL clears; 0500, 0503, 050E */
struct redbook_recorder *redbook_tao_recorder(
    struct redbook_tao *tao); /* borrowed, may be NULL */
/* 1 to 63 characters (050F), or NULL to clear it; when IDLE: 0500, 0503. */
bool redbook_tao_set_client_name(struct redbook_tao *tao, const char *name,
                                 struct redbook_error *err);
const char *redbook_tao_client_name(const struct redbook_tao *tao);

enum redbook_tao_flag {
  REDBOOK_TAO_DO_NOT_FINALIZE,               /* settable when IDLE: 0503, 0500 */
  REDBOOK_TAO_BUFFER_UNDERRUN_FREE_DISABLED, /* settable when PREPARED: 0502, 0500 */
  REDBOOK_TAO_TEST_WRITE,                    /* IDLE; all below too */
  REDBOOK_TAO_APPEND,
  REDBOOK_TAO_KEEP_SESSION_OPEN,
  REDBOOK_TAO_PRESCAN, /* default true */
};
bool redbook_tao_set_flag(struct redbook_tao *tao, enum redbook_tao_flag flag, bool value,
                          struct redbook_error *err);
bool redbook_tao_flag(const struct redbook_tao *tao, enum redbook_tao_flag flag);
bool redbook_tao_set_fifo_bytes(
    struct redbook_tao *tao, uint64_t bytes,
    struct redbook_error *err); /* 1 MiB .. 1 GiB, else E_INVALIDARG */
uint64_t redbook_tao_fifo_bytes(const struct redbook_tao *tao);
bool redbook_tao_set_catalog_number(struct redbook_tao *tao, const char *digits /* "" clears */,
                                    struct redbook_error *err); /* 050C */
const char *redbook_tao_catalog_number(const struct redbook_tao *tao);
enum { REDBOOK_VERIFY_NONE, REDBOOK_VERIFY_QUICK, REDBOOK_VERIFY_FULL };
bool redbook_tao_set_verification(struct redbook_tao *tao, int level,
                                  struct redbook_error *err);
int redbook_tao_verification(const struct redbook_tao *tao);

/* IDiscFormat2 */
bool redbook_tao_recorder_supported(struct redbook_tao *tao, struct redbook_recorder *recorder,
                                    bool *out, struct redbook_error *err);
bool redbook_tao_media_supported(struct redbook_tao *tao, struct redbook_recorder *recorder,
                                 bool *out, struct redbook_error *err);
bool redbook_tao_physically_blank(struct redbook_tao *tao, bool *out,
                                  struct redbook_error *err);
bool redbook_tao_heuristically_blank(struct redbook_tao *tao, bool *out,
                                     struct redbook_error *err);

/* Figures; -1 never happens: false and err instead. */
bool redbook_tao_media_type(struct redbook_tao *tao, enum redbook_media_type *out,
                            struct redbook_error *err);
bool redbook_tao_existing_tracks(struct redbook_tao *tao, unsigned *out,
                                 struct redbook_error *err);
bool redbook_tao_total_sectors(struct redbook_tao *tao, uint32_t *out,
                               struct redbook_error *err);
bool redbook_tao_free_sectors(struct redbook_tao *tao, uint32_t *out,
                              struct redbook_error *err);
bool redbook_tao_used_sectors(struct redbook_tao *tao, uint32_t *out,
                              struct redbook_error *err);
/* READ TOC format 0 in LBA form (imapi2 1.7): 4 + 8 * (tracks + 1) bytes. */
#define REDBOOK_TOC_BYTES (4 + 8 * 100)
bool redbook_tao_expected_toc(struct redbook_tao *tao, uint8_t toc[REDBOOK_TOC_BYTES],
                              size_t *length, struct redbook_error *err);

/* Speeds in sectors per second, -1 fastest (imapi2 1.3). *remark: 0, 00AA0004..6. Sent at once
 * while the drive is held, else by PrepareMedia, and again before each track. While an
 * operation runs: 0500 (Microsoft's pages are silent there; ours to choose). */
bool redbook_tao_set_speed(struct redbook_tao *tao, int32_t sectors_per_second, bool pure_cav,
                           uint32_t *remark, struct redbook_error *err);
void redbook_tao_requested_speed(const struct redbook_tao *tao, int32_t *speed, bool *pure_cav);
bool redbook_tao_current_speed(struct redbook_tao *tao, int32_t *speed, bool *pure_cav,
                               struct redbook_error *err);
struct redbook_speed_descriptor {
  enum redbook_media_type media;
  bool pure_cav;
  int32_t speed;
};
bool redbook_tao_supported_speeds(struct redbook_tao *tao, struct redbook_speed_descriptor *out,
                                  unsigned room, unsigned *count, struct redbook_error *err);

/* Operations. NULL and err when the state or an argument forbids it. */
struct redbook_operation *redbook_tao_begin_prepare(struct redbook_tao *tao,
                                                    struct redbook_error *err);
struct redbook_track_options {
  char isrc[13]; /* compact, or empty */
  bool pre_emphasis, copy_permitted;
  /* For a track whose data the host feeds (REDBOOK_EVENT_WANT): */
  bool fed;
  int64_t sectors; /* announced length; -1: everything is fed and spooled first */
};
/* `source` NULL when options->fed. Takes its own reference. */
struct redbook_operation *redbook_tao_begin_track(struct redbook_tao *tao,
                                                  struct redbook_source *source,
                                                  const struct redbook_track_options *options,
                                                  struct redbook_error *err);
struct redbook_operation *redbook_tao_begin_release(struct redbook_tao *tao,
                                                    struct redbook_error *err);
bool redbook_tao_cancel_track(struct redbook_tao *tao, struct redbook_error *err); /* 0501 */

/* Scanning a source without a disc (`AudioSource:BeginScan`). */
struct redbook_operation *redbook_source_begin_scan(struct redbook_source *source,
                                                    struct redbook_error *err);

/* Writes the source's sectors, as a burn would, to `fd` (dup'ed) at its offset: s16le, stereo,
 * 44.1 kHz, the last sector padded. A scan besides. Progress: last_read_lba counts sectors.
 * (`AudioSource:BeginRender`) */
struct redbook_operation *redbook_source_begin_render(struct redbook_source *source, int fd,
                                                      struct redbook_error *err);

/* Waits until the drive is ready with a medium, at most `seconds` by the drive's clock; ends
 * with the last reason (0205, 0207, ...) when it is not. Reasons that do not pass by themselves
 * (0202, ...) end it at once. Progress: elapsed and remaining seconds.
 * (`Recorder:BeginWaitReady`) */
struct redbook_operation *redbook_recorder_begin_wait_ready(struct redbook_recorder *recorder,
                                                            double seconds,
                                                            struct redbook_error *err);

/* What was written in this session by this object, in order. */
struct redbook_written_track {
  unsigned number;
  int32_t start;
  uint32_t sectors;                  /* as on the disc: padding to 300 included */
  struct redbook_fingerprint *print; /* of those sectors; the TrackAtOnce's */
  uint64_t clipped_samples;
  double seconds; /* first WRITE to end of SYNC, the transport's clock */
  char isrc[13];
};
unsigned redbook_tao_written(const struct redbook_tao *tao,
                             const struct redbook_written_track **out);

/* `disc` field for an error that happens now: what state the disc is in as far as is known. */
enum redbook_disc_state redbook_tao_disc_state(const struct redbook_tao *tao);

#endif
