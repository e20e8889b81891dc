/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IDiscRecorder2Ex's replies as bytes (imapi2 3.3): disc and track information, DVD structures,
 * feature and mode pages, and the two descriptors that Windows has of a device.
 *
 * Each fills `data` (room for REDBOOK_REPLY_MOST bytes, unless another size is said) and sets
 * *length. Each enters the recorder and leaves it again: the codes of redbook_recorder_enter
 * (0500 while an operation runs, 0210 held by somebody) come on top of those named here; a
 * reply that ends before it says is 02FF.
 */
#ifndef REDBOOK_DRIVE_PAGES_H
#define REDBOOK_DRIVE_PAGES_H

#include "drive/recorder.h"

/* An allocation length has 16 bits; even, as some bridges want it (unverified). So a reply that
 * claims the 65537 bytes that its length field could say is cut at that. */
#define REDBOOK_REPLY_MOST 65534u
#define REDBOOK_FEATURE_MOST (4u + 255)
#define REDBOOK_PAGE_MOST 257u
#define REDBOOK_STRUCTURE_MOST (65535u - 4)
#define REDBOOK_ADAPTER_DESCRIPTOR 32u
#define REDBOOK_DEVICE_DESCRIPTOR_MOST 128u

/* READ DISC INFORMATION, READ TRACK INFORMATION: the whole reply. */
bool redbook_recorder_disc_information(struct redbook_recorder *recorder, uint8_t *data,
                                       size_t *length, struct redbook_error *err);
bool redbook_recorder_track_information(struct redbook_recorder *recorder,
                                        enum redbook_track_address type, uint32_t number,
                                        uint8_t *data, size_t *length,
                                        struct redbook_error *err);

struct redbook_structure {
  uint8_t format, layer, agid; /* agid 0..3 */
  uint32_t address;
};
/* READ DISC STRUCTURE of a DVD, without the 4-byte header. 020E when the medium has none, 020A
 * when the drive does not know the command. */
bool redbook_recorder_dvd_structure(struct redbook_recorder *recorder,
                                    const struct redbook_structure *what, uint8_t *data,
                                    size_t *length, struct redbook_error *err);
/* SEND DISC STRUCTURE; the header is made here. At most REDBOOK_STRUCTURE_MOST bytes, else
 * E_INVALIDARG; codes of redbook_recorder_enter_to_change; 020A as above. */
bool redbook_recorder_send_dvd_structure(struct redbook_recorder *recorder, uint8_t format,
                                         const uint8_t *data, size_t length,
                                         struct redbook_error *err);

/* One feature descriptor, its 4-byte head (code, version and current bit, length) first; `data`
 * has room for REDBOOK_FEATURE_MOST. 020A absent, 020B not current and only that was wanted,
 * 020C a drive without GET CONFIGURATION. */
bool redbook_recorder_feature_page(struct redbook_recorder *recorder, uint16_t feature,
                                   bool current_only, uint8_t *data, size_t *length,
                                   struct redbook_error *err);

/* One mode page, 00h to 3Eh, without mode header; room for REDBOOK_PAGE_MOST. 0201 absent. */
bool redbook_recorder_mode_page(struct redbook_recorder *recorder, uint8_t page,
                                enum redbook_page_control control, uint8_t *data,
                                size_t *length, struct redbook_error *err);
/* MODE SELECT of one page; the header is made here, and the PS bit that MODE SENSE has set is
 * cleared, so that a page can be sent back as it came. `control`: CURRENT, or SAVED to have the
 * drive keep it. E_INVALIDARG for another control and for bytes that are not one page; codes of
 * redbook_recorder_enter_to_change; 0208 refused. */
bool redbook_recorder_set_mode_page(struct redbook_recorder *recorder,
                                    enum redbook_page_control control, const uint8_t *data,
                                    size_t length, struct redbook_error *err);

/* STORAGE_ADAPTER_DESCRIPTOR and STORAGE_DEVICE_DESCRIPTOR as ntddstor.h lays them out, little
 * endian. Bus: what feature 0001h says, 0 (unknown) of a drive that does not tell. `data` has
 * room for REDBOOK_ADAPTER_DESCRIPTOR and REDBOOK_DEVICE_DESCRIPTOR_MOST bytes. */
bool redbook_recorder_adapter_descriptor(struct redbook_recorder *recorder, uint8_t *data,
                                         size_t *length, struct redbook_error *err);
bool redbook_recorder_device_descriptor(struct redbook_recorder *recorder, uint8_t *data,
                                        size_t *length, struct redbook_error *err);

#endif
