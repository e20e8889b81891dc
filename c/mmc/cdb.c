/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Command descriptor blocks, byte for byte (mmc reference 1.2), with their timeouts (1.1). */
#include "mmc/cdb.h"

#include "base/bytes.h"

/* Milliseconds. Long on purpose: a timeout makes the kernel reset the drive, which ends any
 * burn; a WRITE has been seen to take 42 s. */
enum {
  DEFAULT_MS = 30000,
  INFORMATION_MS = 60000, /* READ DISC/TRACK INFORMATION, READ TOC */
  LONG_MS = 200000,       /* WRITE, SEND OPC, whatever is sent with Immed */
  START_STOP_MS = 300000,
  SYNCHRONOUS_MS = 1200000, /* SYNCHRONIZE CACHE and CLOSE without Immed */
  /* BLANK, with Immed too: some bridges and old drives wait for its end all the same. */
  BLANK_MS = 3600000,
};

enum { BLANK_ALL = 0, BLANK_MINIMAL = 1, BLANK_IMMED = 0x10 };
enum { IMMED = 0x01, SYNC_IMMED = 0x02, PAGE_FORMAT = 0x10, POLLED = 0x01, DO_OPC = 0x01 };

static void begin(struct redbook_command *c, enum redbook_opcode opcode, uint8_t cdb_length,
                  uint32_t timeout_ms) {
  *c = (struct redbook_command){.cdb_length = cdb_length, .timeout_ms = timeout_ms};
  c->cdb[0] = (uint8_t)opcode;
}

static void receive(struct redbook_command *c, uint8_t *data, uint32_t length) {
  if (length == 0) return;
  c->direction = REDBOOK_FROM_DEVICE;
  c->data_in = data;
  c->data_length = length;
}

static void transmit(struct redbook_command *c, const uint8_t *data, uint32_t length) {
  if (length == 0) return;
  c->direction = REDBOOK_TO_DEVICE;
  c->data_out = data;
  c->data_length = length;
}

void redbook_cdb_test_unit_ready(struct redbook_command *c) {
  begin(c, REDBOOK_TEST_UNIT_READY, 6, DEFAULT_MS);
}

void redbook_cdb_inquiry(struct redbook_command *c, uint8_t *data, uint8_t length) {
  begin(c, REDBOOK_INQUIRY, 6, DEFAULT_MS);
  c->cdb[4] = length;
  receive(c, data, length);
}

void redbook_cdb_start_stop(struct redbook_command *c, enum redbook_start_stop what,
                            bool immed) {
  begin(c, REDBOOK_START_STOP_UNIT, 6, START_STOP_MS);
  c->cdb[1] = immed ? IMMED : 0;
  c->cdb[4] = (uint8_t)what;
}

void redbook_cdb_prevent(struct redbook_command *c, bool prevent) {
  begin(c, REDBOOK_PREVENT_ALLOW, 6, DEFAULT_MS);
  c->cdb[4] = prevent;
}

void redbook_cdb_read_capacity(struct redbook_command *c, uint8_t data[8]) {
  begin(c, REDBOOK_READ_CAPACITY, 10, DEFAULT_MS);
  receive(c, data, 8);
}

void redbook_cdb_write(struct redbook_command *c, int32_t lba, uint16_t sectors,
                       const uint8_t *data) {
  begin(c, REDBOOK_WRITE_10, 10, LONG_MS);
  redbook_put32(c->cdb + 2, (uint32_t)lba);
  redbook_put16(c->cdb + 7, sectors);
  transmit(c, data, sectors * REDBOOK_SECTOR_BYTES);
}

void redbook_cdb_synchronize_cache(struct redbook_command *c, bool immed) {
  begin(c, REDBOOK_SYNCHRONIZE_CACHE, 10, immed ? LONG_MS : SYNCHRONOUS_MS);
  c->cdb[1] = immed ? SYNC_IMMED : 0;
}

void redbook_cdb_read_toc(struct redbook_command *c, enum redbook_toc_format format, bool msf,
                          uint8_t track_or_session, uint8_t *data, uint16_t length) {
  begin(c, REDBOOK_READ_TOC, 10, INFORMATION_MS);
  c->cdb[1] = msf ? 0x02 : 0;
  c->cdb[2] = (uint8_t)format;
  c->cdb[6] = track_or_session;
  redbook_put16(c->cdb + 7, length);
  receive(c, data, length);
}

void redbook_cdb_read_sub_channel(struct redbook_command *c, enum redbook_sub_channel format,
                                  uint8_t track, uint8_t data[24]) {
  begin(c, REDBOOK_READ_SUB_CHANNEL, 10, INFORMATION_MS);
  c->cdb[2] = 0x40; /* SubQ */
  c->cdb[3] = (uint8_t)format;
  c->cdb[6] = track;
  c->cdb[8] = 24;
  receive(c, data, 24);
}

void redbook_cdb_get_configuration(struct redbook_command *c, unsigned request_type,
                                   uint16_t first_feature, uint8_t *data, uint16_t length) {
  begin(c, REDBOOK_GET_CONFIGURATION, 10, DEFAULT_MS);
  c->cdb[1] = (uint8_t)(request_type & 3);
  redbook_put16(c->cdb + 2, first_feature);
  redbook_put16(c->cdb + 7, length);
  receive(c, data, length);
}

void redbook_cdb_get_event_status(struct redbook_command *c, uint8_t class_mask, uint8_t *data,
                                  uint16_t length) {
  begin(c, REDBOOK_GET_EVENT_STATUS, 10, DEFAULT_MS);
  c->cdb[1] = POLLED;
  c->cdb[4] = class_mask;
  redbook_put16(c->cdb + 7, length);
  receive(c, data, length);
}

void redbook_cdb_read_disc_information(struct redbook_command *c, uint8_t *data,
                                       uint16_t length) {
  begin(c, REDBOOK_READ_DISC_INFORMATION, 10, INFORMATION_MS);
  redbook_put16(c->cdb + 7, length);
  receive(c, data, length);
}

void redbook_cdb_read_track_information(struct redbook_command *c,
                                        enum redbook_track_address type, uint32_t number,
                                        uint8_t *data, uint16_t length) {
  begin(c, REDBOOK_READ_TRACK_INFORMATION, 10, INFORMATION_MS);
  c->cdb[1] = (uint8_t)type;
  redbook_put32(c->cdb + 2, number);
  redbook_put16(c->cdb + 7, length);
  receive(c, data, length);
}

void redbook_cdb_send_opc(struct redbook_command *c) {
  begin(c, REDBOOK_SEND_OPC, 10, LONG_MS);
  c->cdb[1] = DO_OPC;
}

void redbook_cdb_mode_select(struct redbook_command *c, const uint8_t *list, uint16_t length) {
  begin(c, REDBOOK_MODE_SELECT_10, 10, DEFAULT_MS);
  c->cdb[1] = PAGE_FORMAT;
  redbook_put16(c->cdb + 7, length);
  transmit(c, list, length);
}

/* DBD stays 0, as every burner in use sends it: block descriptors that come are skipped. */
void redbook_cdb_mode_sense(struct redbook_command *c, uint8_t page,
                            enum redbook_page_control control, uint8_t *data, uint16_t length) {
  begin(c, REDBOOK_MODE_SENSE_10, 10, DEFAULT_MS);
  c->cdb[2] = (uint8_t)((unsigned)control << 6 | (page & 0x3Fu));
  redbook_put16(c->cdb + 7, length);
  receive(c, data, length);
}

void redbook_cdb_close(struct redbook_command *c, enum redbook_close function, uint16_t number,
                       bool immed) {
  begin(c, REDBOOK_CLOSE_TRACK_SESSION, 10, immed ? LONG_MS : SYNCHRONOUS_MS);
  c->cdb[1] = immed ? IMMED : 0;
  c->cdb[2] = (uint8_t)function;
  redbook_put16(c->cdb + 4, number);
}

void redbook_cdb_blank(struct redbook_command *c, bool all, bool immed) {
  begin(c, REDBOOK_BLANK, 12, BLANK_MS);
  c->cdb[1] = (uint8_t)((all ? BLANK_ALL : BLANK_MINIMAL) | (immed ? BLANK_IMMED : 0));
}

void redbook_cdb_read_buffer_capacity(struct redbook_command *c, uint8_t data[12]) {
  begin(c, REDBOOK_READ_BUFFER_CAPACITY, 10, DEFAULT_MS);
  c->cdb[8] = 12;
  receive(c, data, 12);
}

void redbook_cdb_get_performance(struct redbook_command *c, uint16_t descriptors, uint8_t *data,
                                 uint32_t length) {
  begin(c, REDBOOK_GET_PERFORMANCE, 12, DEFAULT_MS);
  redbook_put16(c->cdb + 8, descriptors);
  c->cdb[10] = 0x03;
  receive(c, data, length);
}

void redbook_cdb_read_disc_structure(struct redbook_command *c, uint8_t format,
                                     uint32_t address, uint8_t layer, uint8_t agid,
                                     uint8_t *data, uint16_t length) {
  begin(c, REDBOOK_READ_DISC_STRUCTURE, 12, INFORMATION_MS);
  redbook_put32(c->cdb + 2, address);
  c->cdb[6] = layer;
  c->cdb[7] = format;
  redbook_put16(c->cdb + 8, length);
  c->cdb[10] = (uint8_t)(agid << 6);
  receive(c, data, length);
}

void redbook_cdb_send_disc_structure(struct redbook_command *c, uint8_t format,
                                     const uint8_t *list, uint16_t length) {
  begin(c, REDBOOK_SEND_DISC_STRUCTURE, 12, LONG_MS);
  c->cdb[7] = format;
  redbook_put16(c->cdb + 8, length);
  transmit(c, list, length);
}

void redbook_cdb_set_cd_speed(struct redbook_command *c, bool pure_cav, uint16_t read_kbps,
                              uint16_t write_kbps) {
  begin(c, REDBOOK_SET_CD_SPEED, 12, DEFAULT_MS);
  c->cdb[1] = pure_cav;
  redbook_put16(c->cdb + 2, read_kbps);
  redbook_put16(c->cdb + 4, write_kbps);
}

void redbook_cdb_mechanism_status(struct redbook_command *c, uint8_t data[8]) {
  begin(c, REDBOOK_MECHANISM_STATUS, 12, DEFAULT_MS);
  c->cdb[9] = 8;
  receive(c, data, 8);
}

void redbook_cdb_read_cd(struct redbook_command *c, int32_t lba, uint32_t sectors,
                         uint8_t *data) {
  begin(c, REDBOOK_READ_CD, 12, DEFAULT_MS);
  c->cdb[1] = 0x04; /* expected sector type: CD-DA */
  redbook_put32(c->cdb + 2, (uint32_t)lba);
  redbook_put24(c->cdb + 6, sectors);
  c->cdb[9] = 0x10; /* user data */
  receive(c, data, sectors * REDBOOK_SECTOR_BYTES);
}
