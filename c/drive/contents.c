/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a disc's contents through the transport. */
#include "drive/contents.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "drive/send.h"

#define FULL_TOC_MOST (4u + 11u * (99u + 5u * 99u))
#define CD_TEXT_HEADER 4u

void redbook_contents_free(struct redbook_contents *contents) {
  redbook_cd_text_free(&contents->text);
}

/* A drive that does not know the command, or a disc that has nothing to answer with. Anything
 * else (a drive that is gone, not ready, or has changed its disc) is a failure. */
static bool only_missing(enum redbook_outcome outcome, const struct redbook_sense *sense) {
  if (outcome == REDBOOK_OUTCOME_UNSUPPORTED) return true;
  return outcome == REDBOOK_OUTCOME_FAILED && sense->valid && !sense->deferred &&
         (sense->key == 3 || sense->key == 5);
}

/* True with *there = false when the drive has no answer. */
static bool ask(struct redbook_drive *drive, struct redbook_command *c, bool *there,
                struct redbook_error *err) {
  struct redbook_sense sense;
  enum redbook_outcome outcome = redbook_drive_send(drive, c, &sense);
  *there = outcome == REDBOOK_OUTCOME_GOOD;
  return *there || only_missing(outcome, &sense) ||
         redbook_fail_command(err, c, REDBOOK_CONTEXT_GENERAL);
}

/* Format 2 tells which track is in which session, as far as it agrees with format 0; else all
 * are in one. Old drives give format 2 in BCD. */
static bool read_sessions(struct redbook_drive *drive, const struct redbook_toc *toc,
                          struct redbook_contents *out, struct redbook_error *err) {
  uint8_t *data = calloc(1, FULL_TOC_MOST);
  struct redbook_command c;
  bool there = false;

  if (!data) return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for the disc's TOC");
  redbook_cdb_read_toc(&c, REDBOOK_FULL_TOC, true, 1, data, FULL_TOC_MOST);
  bool ok = ask(drive, &c, &there, err);
  if (!ok || !there ||
      !redbook_parse_sessions(data, redbook_received(&c), out->session, REDBOOK_SESSIONS_MOST,
                              &out->sessions))
    out->sessions = 0;
  free(data);
  const struct redbook_session *last = out->sessions ? &out->session[out->sessions - 1] : NULL;
  if (last && last->last == toc->last && last->lead_out == out->lead_out &&
      out->session[0].first == toc->first)
    return ok;
  out->sessions = 1;
  out->session[0] = (struct redbook_session){1, toc->first, toc->last, out->lead_out};
  return ok;
}

static const struct redbook_session *session_of(const struct redbook_contents *contents,
                                                unsigned track) {
  const struct redbook_session *s = contents->session;
  while (s < contents->session + contents->sessions - 1 && track > s->last)
    s++;
  return s;
}

static bool fail_toc(struct redbook_error *err, const char *what) {
  return redbook_fail(err, REDBOOK_E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE,
                      "the disc's table of contents makes no sense: %s", what);
}

/* Tracks in order, none missing, the lead-out last. */
static bool take_toc(const struct redbook_toc *toc, struct redbook_contents *out,
                     struct redbook_error *err) {
  if (toc->first < 1 || toc->last < toc->first || toc->count != toc->last - toc->first + 2u)
    return fail_toc(err, "tracks are missing");
  for (unsigned i = 0; i + 1 < toc->count; i++) {
    const struct redbook_toc_entry *e = &toc->entries[i];
    if (e->track != toc->first + i || e[1].start <= e->start)
      return fail_toc(err, "its tracks are in no order");
    out->track[i] = (struct redbook_contents_track){
        .number = e->track, .control = e->control, .start = e->start, .pregap = -1};
  }
  out->tracks = toc->count - 1;
  out->lead_out = toc->entries[toc->count - 1].start;
  return true;
}

static void measure(struct redbook_contents *out) {
  for (unsigned i = 0; i < out->tracks; i++) {
    struct redbook_contents_track *track = &out->track[i];
    const struct redbook_session *session = session_of(out, track->number);
    track->session = session->number;
    int32_t end = track->number == session->last ? session->lead_out : track[1].start;
    track->sectors = end > track->start ? (uint32_t)(end - track->start) : 0;
  }
}

static bool read_closed(struct redbook_drive *drive, struct redbook_contents *out,
                        struct redbook_error *err) {
  struct redbook_toc toc;
  if (!redbook_drive_toc(drive, &toc, err) || !take_toc(&toc, out, err) ||
      !read_sessions(drive, &toc, out, err))
    return false;
  measure(out);
  return true;
}

/* Tracks of the open session are in no TOC; the drive tells of each when asked by number. The
 * one to come is not there yet. */
static bool read_open(struct redbook_drive *drive, const struct redbook_disc_information *disc,
                      struct redbook_contents *out, struct redbook_error *err) {
  unsigned number = out->tracks ? out->track[out->tracks - 1].number + 1u : disc->first_track;
  if (number == 0) number = 1; /* no number of a track: READ TRACK INFORMATION would refuse */
  for (; number <= disc->last_track_in_last && out->tracks < REDBOOK_TRACKS_MOST; number++) {
    struct redbook_track_information track;
    if (!redbook_drive_track_information(drive, REDBOOK_BY_TRACK, number, &track, err))
      return false;
    if (track.blank) break;
    out->track[out->tracks++] =
        (struct redbook_contents_track){.number = (uint8_t)number,
                                        .session = (uint8_t)track.session,
                                        .control = track.control,
                                        .open = true,
                                        .start = track.start,
                                        .sectors = track.size,
                                        .pregap = -1};
  }
  return true;
}

static bool read_codes(struct redbook_drive *drive, struct redbook_contents *out,
                       struct redbook_error *err) {
  uint8_t data[24] = {0};
  struct redbook_command c;
  bool there;

  redbook_cdb_read_sub_channel(&c, REDBOOK_CATALOG, 0, data);
  if (!ask(drive, &c, &there, err)) return false;
  if (there) (void)redbook_parse_catalog(data, redbook_received(&c), out->catalog);
  for (unsigned i = 0; i < out->tracks; i++) {
    struct redbook_contents_track *track = &out->track[i];
    if (track->open || track->control & REDBOOK_CONTROL_DATA) continue;
    memset(data, 0, sizeof data);
    redbook_cdb_read_sub_channel(&c, REDBOOK_ISRC, track->number, data);
    if (!ask(drive, &c, &there, err)) return false;
    if (!there) return true; /* a drive that cannot tell one cannot tell any */
    (void)redbook_parse_isrc(data, redbook_received(&c), track->isrc);
  }
  return true;
}

static bool take_cd_text(struct redbook_drive *drive, uint32_t length,
                         struct redbook_contents *out, struct redbook_error *err) {
  uint8_t *data = calloc(1, length);
  struct redbook_command c;
  bool there = false;

  if (!data) return redbook_fail(err, REDBOOK_E_OUTOFMEMORY, "no memory for the CD-TEXT");
  redbook_cdb_read_toc(&c, REDBOOK_CD_TEXT, false, 0, data, (uint16_t)length);
  bool ok = ask(drive, &c, &there, err);
  const uint8_t *packs;
  size_t count = ok && there ? redbook_parse_cd_text(data, redbook_received(&c), &packs) : 0;
  if (count)
    ok =
        redbook_cd_text_parse(packs, count, &out->text, out->problem, sizeof out->problem, err);
  free(data);
  return ok;
}

/* The length first: no more is asked for than is there. */
static bool read_cd_text(struct redbook_drive *drive, struct redbook_contents *out,
                         struct redbook_error *err) {
  uint8_t header[CD_TEXT_HEADER] = {0};
  struct redbook_command c;
  bool there;

  redbook_cdb_read_toc(&c, REDBOOK_CD_TEXT, false, 0, header, sizeof header);
  if (!ask(drive, &c, &there, err)) return false;
  if (!there || redbook_received(&c) < 2) return true;
  uint32_t length = 2u + redbook_get16(header);
  if (length < CD_TEXT_HEADER + REDBOOK_CD_TEXT_PACK) return true;
  const uint32_t most = CD_TEXT_HEADER + REDBOOK_CD_TEXT_PACKS * REDBOOK_CD_TEXT_PACK;
  return take_cd_text(drive, length < most ? length : most, out, err);
}

static bool read_all(struct redbook_drive *drive, struct redbook_contents *out,
                     struct redbook_error *err) {
  struct redbook_disc_information disc;

  if (!redbook_drive_ready(drive, err) || !redbook_drive_disc_information(drive, &disc, err))
    return false;
  out->has_atip = redbook_drive_atip(drive, &out->atip, NULL);
  /* Sessions that are closed: all but the last of a disc that can be gone on with. */
  bool any = disc.disc_status != REDBOOK_STATUS_BLANK &&
             (disc.disc_status != REDBOOK_STATUS_APPENDABLE || disc.sessions > 1);
  if (any && !read_closed(drive, out, err)) return false;
  if (disc.disc_status == REDBOOK_STATUS_APPENDABLE && !read_open(drive, &disc, out, err))
    return false;
  return !any || (read_codes(drive, out, err) && read_cd_text(drive, out, err));
}

bool redbook_contents_read(struct redbook_drive *drive, struct redbook_contents *out,
                           struct redbook_error *err) {
  *out = (struct redbook_contents){.tracks = 0};
  if (read_all(drive, out, err)) return true;
  redbook_contents_free(out);
  return false;
}
