/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IMAPI's enumerations (imapi2 part 4) as tables: name -> number and number -> name. Of two
 * names of one number the one that stands first is the number's. */
#include "drive/command.h"
#include "lua/classes.h"
#include "lua/field.h"

struct named {
  const char *name;
  unsigned value;
};

/* IMAPI_MEDIA_PHYSICAL_TYPE */
static const struct named media_physical_type[] = {{"UNKNOWN", 0x00},
                                                   {"CDROM", 0x01},
                                                   {"CDR", 0x02},
                                                   {"CDRW", 0x03},
                                                   {"DVDROM", 0x04},
                                                   {"DVDRAM", 0x05},
                                                   {"DVDPLUSR", 0x06},
                                                   {"DVDPLUSRW", 0x07},
                                                   {"DVDPLUSR_DUALLAYER", 0x08},
                                                   {"DVDDASHR", 0x09},
                                                   {"DVDDASHRW", 0x0A},
                                                   {"DVDDASHR_DUALLAYER", 0x0B},
                                                   {"DISK", 0x0C},
                                                   {"DVDPLUSRW_DUALLAYER", 0x0D},
                                                   {"HDDVDROM", 0x0E},
                                                   {"HDDVDR", 0x0F},
                                                   {"HDDVDRAM", 0x10},
                                                   {"BDROM", 0x11},
                                                   {"BDR", 0x12},
                                                   {"BDRE", 0x13},
                                                   {"MAX", 0x13},
                                                   {NULL, 0}};

/* IMAPI_PROFILE_TYPE */
static const struct named profile_type[] = {{"INVALID", 0x00},
                                            {"NON_REMOVABLE_DISK", 0x01},
                                            {"REMOVABLE_DISK", 0x02},
                                            {"MO_ERASABLE", 0x03},
                                            {"MO_WRITE_ONCE", 0x04},
                                            {"AS_MO", 0x05},
                                            {"CDROM", 0x08},
                                            {"CD_RECORDABLE", 0x09},
                                            {"CD_REWRITABLE", 0x0A},
                                            {"DVDROM", 0x10},
                                            {"DVD_DASH_RECORDABLE", 0x11},
                                            {"DVD_RAM", 0x12},
                                            {"DVD_DASH_REWRITABLE", 0x13},
                                            {"DVD_DASH_RW_SEQUENTIAL", 0x14},
                                            {"DVD_DASH_R_DUAL_SEQUENTIAL", 0x15},
                                            {"DVD_DASH_R_DUAL_LAYER_JUMP", 0x16},
                                            {"DVD_PLUS_RW", 0x1A},
                                            {"DVD_PLUS_R", 0x1B},
                                            {"DDCDROM", 0x20},
                                            {"DDCD_RECORDABLE", 0x21},
                                            {"DDCD_REWRITABLE", 0x22},
                                            {"DVD_PLUS_RW_DUAL", 0x2A},
                                            {"DVD_PLUS_R_DUAL", 0x2B},
                                            {"BD_ROM", 0x40},
                                            {"BD_R_SEQUENTIAL", 0x41},
                                            {"BD_R_RANDOM_RECORDING", 0x42},
                                            {"BD_REWRITABLE", 0x43},
                                            {"HD_DVD_ROM", 0x50},
                                            {"HD_DVD_RECORDABLE", 0x51},
                                            {"HD_DVD_RAM", 0x52},
                                            {"NON_STANDARD", 0xFFFF},
                                            {NULL, 0}};

/* IMAPI_FEATURE_PAGE_TYPE */
static const struct named feature_page_type[] = {{"PROFILE_LIST", 0x00},
                                                 {"CORE", 0x01},
                                                 {"MORPHING", 0x02},
                                                 {"REMOVABLE_MEDIUM", 0x03},
                                                 {"WRITE_PROTECT", 0x04},
                                                 {"RANDOMLY_READABLE", 0x10},
                                                 {"CD_MULTIREAD", 0x1D},
                                                 {"CD_READ", 0x1E},
                                                 {"DVD_READ", 0x1F},
                                                 {"RANDOMLY_WRITABLE", 0x20},
                                                 {"INCREMENTAL_STREAMING_WRITABLE", 0x21},
                                                 {"SECTOR_ERASABLE", 0x22},
                                                 {"FORMATTABLE", 0x23},
                                                 {"HARDWARE_DEFECT_MANAGEMENT", 0x24},
                                                 {"WRITE_ONCE", 0x25},
                                                 {"RESTRICTED_OVERWRITE", 0x26},
                                                 {"CDRW_CAV_WRITE", 0x27},
                                                 {"MRW", 0x28},
                                                 {"ENHANCED_DEFECT_REPORTING", 0x29},
                                                 {"DVD_PLUS_RW", 0x2A},
                                                 {"DVD_PLUS_R", 0x2B},
                                                 {"RIGID_RESTRICTED_OVERWRITE", 0x2C},
                                                 {"CD_TRACK_AT_ONCE", 0x2D},
                                                 {"CD_MASTERING", 0x2E},
                                                 {"DVD_DASH_WRITE", 0x2F},
                                                 {"DOUBLE_DENSITY_CD_READ", 0x30},
                                                 {"_R_WRITE", 0x31},
                                                 {"_RW_WRITE", 0x32},
                                                 {"LAYER_JUMP_RECORDING", 0x33},
                                                 {"CD_RW_MEDIA_WRITE_SUPPORT", 0x37},
                                                 {"BD_PSEUDO_OVERWRITE", 0x38},
                                                 {"DVD_PLUS_R_DUAL_LAYER", 0x3B},
                                                 {"BD_READ", 0x40},
                                                 {"BD_WRITE", 0x41},
                                                 {"HD_DVD_READ", 0x50},
                                                 {"HD_DVD_WRITE", 0x51},
                                                 {"POWER_MANAGEMENT", 0x100},
                                                 {"SMART", 0x101},
                                                 {"EMBEDDED_CHANGER", 0x102},
                                                 {"CD_ANALOG_PLAY", 0x103},
                                                 {"MICROCODE_UPDATE", 0x104},
                                                 {"TIMEOUT", 0x105},
                                                 {"DVD_CSS", 0x106},
                                                 {"REAL_TIME_STREAMING", 0x107},
                                                 {"LOGICAL_UNIT_SERIAL_NUMBER", 0x108},
                                                 {"MEDIA_SERIAL_NUMBER", 0x109},
                                                 {"DISC_CONTROL_BLOCKS", 0x10A},
                                                 {"DVD_CPRM", 0x10B},
                                                 {"FIRMWARE_INFORMATION", 0x10C},
                                                 {"AACS", 0x10D},
                                                 {"VCPS", 0x110},
                                                 {NULL, 0}};

/* IMAPI_MODE_PAGE_TYPE */
static const struct named mode_page_type[] = {{"READ_WRITE_ERROR_RECOVERY", 0x01},
                                              {"MRW", 0x03},
                                              {"WRITE_PARAMETERS", 0x05},
                                              {"CACHING", 0x08},
                                              {"POWER_CONDITION", 0x1A},
                                              {"INFORMATIONAL_EXCEPTIONS", 0x1C},
                                              {"TIMEOUT_AND_PROTECT", 0x1D},
                                              {"LEGACY_CAPABILITIES", 0x2A},
                                              {NULL, 0}};

/* IMAPI_MODE_PAGE_REQUEST_TYPE */
static const struct named mode_page_request_type[] = {
    {"CURRENT_VALUES", 0}, {"CHANGEABLE", 1}, {"DEFAULT", 2}, {"SAVED", 3}, {NULL, 0}};

/* IMAPI_READ_TRACK_ADDRESS_TYPE */
static const struct named read_track_address_type[] = {
    {"LBA", 0}, {"TRACK", 1}, {"SESSION", 2}, {NULL, 0}};

/* IMAPI_MEDIA_WRITE_PROTECT_STATE, bits */
static const struct named media_write_protect_state[] = {{"UNTIL_POWERDOWN", 0x0001},
                                                         {"BY_CARTRIDGE", 0x0002},
                                                         {"BY_MEDIA_SPECIFIC_REASON", 0x0004},
                                                         {"BY_SOFTWARE_WRITE_PROTECT", 0x0008},
                                                         {"BY_DISC_CONTROL_BLOCK", 0x0010},
                                                         {"READ_ONLY_MEDIA", 0x4000},
                                                         {NULL, 0}};

/* IMAPI_FORMAT2_DATA_MEDIA_STATE, bits */
static const struct named format2_data_media_state[] = {{"UNKNOWN", 0x0000},
                                                        {"RANDOMLY_WRITABLE", 0x0001},
                                                        {"OVERWRITE_ONLY", 0x0001},
                                                        {"BLANK", 0x0002},
                                                        {"APPENDABLE", 0x0004},
                                                        {"FINAL_SESSION", 0x0008},
                                                        {"INFORMATIONAL_MASK", 0x000F},
                                                        {"DAMAGED", 0x0400},
                                                        {"ERASE_REQUIRED", 0x0800},
                                                        {"NON_EMPTY_SESSION", 0x1000},
                                                        {"WRITE_PROTECTED", 0x2000},
                                                        {"FINALIZED", 0x4000},
                                                        {"UNSUPPORTED_MEDIA", 0x8000},
                                                        {"UNSUPPORTED_MASK", 0xFC00},
                                                        {NULL, 0}};

/* IMAPI_FORMAT2_RAW_CD_DATA_SECTOR_TYPE */
static const struct named format2_raw_cd_data_sector_type[] = {
    {"PQ_ONLY", 1}, {"SUBCODE_IS_COOKED", 2}, {"SUBCODE_IS_RAW", 3}, {NULL, 0}};

/* IMAPI_FORMAT2_RAW_CD_WRITE_ACTION */
static const struct named format2_raw_cd_write_action[] = {
    {"UNKNOWN", 0}, {"PREPARING", 1}, {"WRITING", 2}, {"FINISHING", 3}, {NULL, 0}};

/* IMAPI_CD_SECTOR_TYPE */
static const struct named cd_sector_type[] = {
    {"AUDIO", 0},         {"MODE_ZERO", 1},     {"MODE1", 2},    {"MODE2FORM0", 3},
    {"MODE2FORM1", 4},    {"MODE2FORM2", 5},    {"MODE1RAW", 6}, {"MODE2FORM0RAW", 7},
    {"MODE2FORM1RAW", 8}, {"MODE2FORM2RAW", 9}, {NULL, 0}};

/* IMAPI_CD_TRACK_DIGITAL_COPY_SETTING */
static const struct named cd_track_digital_copy_setting[] = {
    {"PERMITTED", 0}, {"PROHIBITED", 1}, {"SCMS", 2}, {NULL, 0}};

/* IMAPI_FORMAT2_TAO_WRITE_ACTION */
static const struct named format2_tao_write_action[] = {{"UNKNOWN", 0},   {"PREPARING", 1},
                                                        {"WRITING", 2},   {"FINISHING", 3},
                                                        {"VERIFYING", 4}, {NULL, 0}};

/* IMAPI_BURN_VERIFICATION_LEVEL */
static const struct named burn_verification_level[] = {
    {"NONE", 0}, {"QUICK", 1}, {"FULL", 2}, {NULL, 0}};

static void add(lua_State *L, const char *name, const struct named *values) {
  lua_newtable(L);
  for (; values->name; values++) {
    lua_pushinteger(L, values->value);
    lua_setfield(L, -2, values->name);
    bool first = lua_rawgeti(L, -1, values->value) == LUA_TNIL;
    lua_pop(L, 1);
    if (!first) continue;
    lua_pushstring(L, values->name);
    lua_rawseti(L, -2, values->value);
  }
  lua_setfield(L, -2, name);
}

void redbook_add_enumerations(lua_State *L) {
  add(L, "IMAPI_MEDIA_PHYSICAL_TYPE", media_physical_type);
  add(L, "IMAPI_PROFILE_TYPE", profile_type);
  add(L, "IMAPI_FEATURE_PAGE_TYPE", feature_page_type);
  add(L, "IMAPI_MODE_PAGE_TYPE", mode_page_type);
  add(L, "IMAPI_MODE_PAGE_REQUEST_TYPE", mode_page_request_type);
  add(L, "IMAPI_READ_TRACK_ADDRESS_TYPE", read_track_address_type);
  add(L, "IMAPI_MEDIA_WRITE_PROTECT_STATE", media_write_protect_state);
  add(L, "IMAPI_FORMAT2_TAO_WRITE_ACTION", format2_tao_write_action);
  add(L, "IMAPI_FORMAT2_DATA_MEDIA_STATE", format2_data_media_state);
  add(L, "IMAPI_FORMAT2_RAW_CD_DATA_SECTOR_TYPE", format2_raw_cd_data_sector_type);
  add(L, "IMAPI_FORMAT2_RAW_CD_WRITE_ACTION", format2_raw_cd_write_action);
  add(L, "IMAPI_CD_SECTOR_TYPE", cd_sector_type);
  add(L, "IMAPI_CD_TRACK_DIGITAL_COPY_SETTING", cd_track_digital_copy_setting);
  add(L, "IMAPI_BURN_VERIFICATION_LEVEL", burn_verification_level);
  redbook_field_integer(L, "IMAPI2_DEFAULT_COMMAND_TIMEOUT", REDBOOK_DEFAULT_COMMAND_SECONDS);
  redbook_field_integer(L, "IMAPI_SECTOR_SIZE", 2048);
}
