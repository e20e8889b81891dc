/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IDiscRecorder2's properties and tray methods (imapi2 3.2).
 *
 * Each function enters the recorder and leaves it again: codes of redbook_recorder_enter (0500
 * while an operation runs, 0210 held by somebody else) come on top of those named here.
 * VendorId, ProductId, ProductRevision: redbook_recorder_inquiry.
 */
#ifndef REDBOOK_DRIVE_PROPERTIES_H
#define REDBOOK_DRIVE_PROPERTIES_H

#include "drive/recorder.h"

bool redbook_recorder_inquiry(struct redbook_recorder *recorder, struct redbook_inquiry *out,
                              struct redbook_error *err);

/* Codes as IMAPI_FEATURE_PAGE_TYPE and IMAPI_PROFILE_TYPE number them, in the drive's order.
 * Fills at most `room`, *count = all there are. Errors: 020C no GET CONFIGURATION, 020A no
 * profile list. */
bool redbook_recorder_features(struct redbook_recorder *recorder, bool current_only,
                               uint16_t *codes, unsigned room, unsigned *count,
                               struct redbook_error *err);
bool redbook_recorder_profiles(struct redbook_recorder *recorder, bool current_only,
                               uint16_t *codes, unsigned room, unsigned *count,
                               struct redbook_error *err);
/* Codes of the pages that have values of this kind, rising, from MODE SENSE page 3Fh; at most
 * 64. A drive that does not know page 3Fh is asked for each of IMAPI_MODE_PAGE_TYPE. 0201: it
 * saves no pages. */
bool redbook_recorder_mode_pages(struct redbook_recorder *recorder,
                                 enum redbook_page_control control, uint16_t *codes,
                                 unsigned room, unsigned *count, struct redbook_error *err);

/* True for a tray or a changer (page 2Ah byte 6, else feature 0003h). Slim drives whose tray
 * only springs out answer as if it could close. */
bool redbook_recorder_can_load_media(struct redbook_recorder *recorder, bool *out,
                                     struct redbook_error *err);
/* N of /dev/srN. E_FAIL for a recorder that is no device of the kernel's (virtual, replay). */
bool redbook_recorder_legacy_device_number(struct redbook_recorder *recorder, int32_t *out,
                                           struct redbook_error *err);
/* One name that is the same for all links to a drive: "/dev/sr0" for a device, else the node's
 * key ("virtual-..."). No command. */
bool redbook_recorder_volume_name(struct redbook_recorder *recorder, char *buffer, size_t size,
                                  struct redbook_error *err);
/* Mount points: redbook_mount_points of the recorder's device; 0 for a recorder without one. */
unsigned redbook_recorder_volume_path_names(struct redbook_recorder *recorder, char **paths,
                                            unsigned room);

/* Both take exclusive access for the moment unless it is held already, and send ALLOW first (a
 * process that died may have left PREVENT on: mmc reference 5.1). Held by somebody, or by a
 * TrackAtOnce between PrepareMedia and ReleaseMedia: 0210; the holder by
 * redbook_recorder_acquire may move the tray. */
bool redbook_recorder_eject_media(struct redbook_recorder *recorder, struct redbook_error *err);
bool redbook_recorder_close_tray(struct redbook_recorder *recorder, struct redbook_error *err);

#endif
