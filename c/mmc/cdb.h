/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Builders of the commands that redbook sends: pure functions that fill a redbook_command's
 * request. Layouts and timeouts: MMC-3..6 as collected in the mmc reference, 1.1 and 1.2.
 */
#ifndef REDBOOK_MMC_CDB_H
#define REDBOOK_MMC_CDB_H

#include "mmc/transport.h"

enum redbook_opcode {
  REDBOOK_TEST_UNIT_READY = 0x00,
  REDBOOK_REQUEST_SENSE = 0x03,
  REDBOOK_INQUIRY = 0x12,
  REDBOOK_START_STOP_UNIT = 0x1B,
  REDBOOK_PREVENT_ALLOW = 0x1E,
  REDBOOK_READ_CAPACITY = 0x25,
  REDBOOK_WRITE_10 = 0x2A,
  REDBOOK_SYNCHRONIZE_CACHE = 0x35,
  REDBOOK_READ_SUB_CHANNEL = 0x42,
  REDBOOK_READ_TOC = 0x43,
  REDBOOK_GET_CONFIGURATION = 0x46,
  REDBOOK_GET_EVENT_STATUS = 0x4A,
  REDBOOK_READ_DISC_INFORMATION = 0x51,
  REDBOOK_READ_TRACK_INFORMATION = 0x52,
  REDBOOK_SEND_OPC = 0x54,
  REDBOOK_MODE_SELECT_10 = 0x55,
  REDBOOK_MODE_SENSE_10 = 0x5A,
  REDBOOK_CLOSE_TRACK_SESSION = 0x5B,
  REDBOOK_READ_BUFFER_CAPACITY = 0x5C,
  REDBOOK_BLANK = 0xA1,
  REDBOOK_GET_PERFORMANCE = 0xAC,
  REDBOOK_READ_DISC_STRUCTURE = 0xAD,
  REDBOOK_SET_CD_SPEED = 0xBB,
  REDBOOK_MECHANISM_STATUS = 0xBD,
  REDBOOK_READ_CD = 0xBE,
  REDBOOK_SEND_DISC_STRUCTURE = 0xBF,
};

enum redbook_start_stop {
  REDBOOK_STOP,
  REDBOOK_START,
  REDBOOK_EJECT,
  REDBOOK_LOAD
}; /* byte 4 */
enum redbook_track_address { REDBOOK_BY_LBA, REDBOOK_BY_TRACK, REDBOOK_BY_SESSION };
enum redbook_close { REDBOOK_CLOSE_TRACK = 1, REDBOOK_CLOSE_SESSION = 2 };
enum redbook_toc_format {
  REDBOOK_TOC = 0,
  REDBOOK_SESSIONS = 1,
  REDBOOK_FULL_TOC = 2,
  REDBOOK_PMA = 3,
  REDBOOK_ATIP = 4,
  REDBOOK_CD_TEXT = 5
};
enum redbook_sub_channel { REDBOOK_POSITION = 1, REDBOOK_CATALOG = 2, REDBOOK_ISRC = 3 };
enum redbook_page_control {
  REDBOOK_PAGE_CURRENT,
  REDBOOK_PAGE_CHANGEABLE,
  REDBOOK_PAGE_DEFAULT,
  REDBOOK_PAGE_SAVED
};

#define REDBOOK_INVISIBLE_TRACK 0xFFu
#define REDBOOK_FASTEST 0xFFFFu /* kB/s on the wire */

/* "READ TRACK INFORMATION"; "command 5Fh", written to `buffer`, when the opcode is unknown. */
const char *redbook_opcode_name(unsigned opcode, char *buffer, size_t size);

void redbook_cdb_test_unit_ready(struct redbook_command *c);
void redbook_cdb_inquiry(struct redbook_command *c, uint8_t *data, uint8_t length);
void redbook_cdb_start_stop(struct redbook_command *c, enum redbook_start_stop what,
                            bool immed);
void redbook_cdb_prevent(struct redbook_command *c, bool prevent);
void redbook_cdb_read_capacity(struct redbook_command *c, uint8_t data[8]);
void redbook_cdb_write(struct redbook_command *c, int32_t lba, uint16_t sectors,
                       const uint8_t *data);
void redbook_cdb_synchronize_cache(struct redbook_command *c, bool immed);
void redbook_cdb_read_toc(struct redbook_command *c, enum redbook_toc_format format, bool msf,
                          uint8_t track_or_session, uint8_t *data, uint16_t length);
/* Catalogue number or a track's ISRC from the Q channel: 24 bytes. */
void redbook_cdb_read_sub_channel(struct redbook_command *c, enum redbook_sub_channel format,
                                  uint8_t track, uint8_t data[24]);
void redbook_cdb_get_configuration(struct redbook_command *c, unsigned request_type,
                                   uint16_t first_feature, uint8_t *data, uint16_t length);
void redbook_cdb_get_event_status(struct redbook_command *c, uint8_t class_mask, uint8_t *data,
                                  uint16_t length);
void redbook_cdb_read_disc_information(struct redbook_command *c, uint8_t *data,
                                       uint16_t length);
void redbook_cdb_read_track_information(struct redbook_command *c,
                                        enum redbook_track_address type, uint32_t number,
                                        uint8_t *data, uint16_t length);
void redbook_cdb_send_opc(struct redbook_command *c);
/* `list`: 8-byte mode header, then the page. Not saved: SP, bit 0 of byte 1, is 0. */
void redbook_cdb_mode_select(struct redbook_command *c, const uint8_t *list, uint16_t length);
void redbook_cdb_mode_sense(struct redbook_command *c, uint8_t page,
                            enum redbook_page_control control, uint8_t *data, uint16_t length);
void redbook_cdb_close(struct redbook_command *c, enum redbook_close function, uint16_t number,
                       bool immed);
/* The whole disc: everything, or only what makes it readable (PMA, TOC, first pregap). */
void redbook_cdb_blank(struct redbook_command *c, bool all, bool immed);
void redbook_cdb_read_buffer_capacity(struct redbook_command *c, uint8_t data[12]);
/* Write speed descriptors (type 03h): 8 + 16 * descriptors bytes. */
void redbook_cdb_get_performance(struct redbook_command *c, uint16_t descriptors, uint8_t *data,
                                 uint32_t length);
/* Structures of DVDs (media type 0). `list`: 4-byte header, then the structure. */
void redbook_cdb_read_disc_structure(struct redbook_command *c, uint8_t format,
                                     uint32_t address, uint8_t layer, uint8_t agid,
                                     uint8_t *data, uint16_t length);
void redbook_cdb_send_disc_structure(struct redbook_command *c, uint8_t format,
                                     const uint8_t *list, uint16_t length);
/* kB/s; rotation 0 = CLV or the drive's default, 1 = pure CAV. */
void redbook_cdb_set_cd_speed(struct redbook_command *c, bool pure_cav, uint16_t read_kbps,
                              uint16_t write_kbps);
void redbook_cdb_mechanism_status(struct redbook_command *c, uint8_t data[8]);
/* CD-DA user data, no sub-channel: `sectors` * 2352 bytes. */
void redbook_cdb_read_cd(struct redbook_command *c, int32_t lba, uint32_t sectors,
                         uint8_t *data);

#endif
