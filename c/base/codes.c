/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of every error and success code: what it means and what to do about it.
 *
 * Names and numbers are IMAPI2's. Three general HRESULTs have no E_ name in Windows' headers
 * (they are HRESULT_FROM_WIN32 of 2, 6 and 55); E_FILE_NOT_FOUND, E_INVALID_HANDLE and
 * E_DEVICE_GONE are our names for them. Transient are those conditions that end by themselves:
 * the same call can succeed later with nothing changed.
 */
#include "base/codes.h"

#define LASTS false
#define PASSES true
#define ROW(name, passes, message, advice) \
  { REDBOOK_##name, #name, message, advice, passes }

#define WHILE_WRITING "This cannot be done while a write is running."
#define WAIT_OR_CANCEL "Wait until the write has ended, or cancel it."
#define NOTHING_TO_CANCEL "No write is running that could be cancelled."
#define BAD_CLIENT_NAME "The client name is missing or not valid."
#define CLIENT_NAME_RULE \
  "Use 1 to 63 characters: letters A-Z and a-z, digits, space and . , : ; - _"
#define NO_SUCH_WRITER "The recorder cannot write in this way."
#define OTHER_RECORDER "Use another recorder."
#define WRONG_DISC "The disc in the drive is not of a type that can be written in this way."
#define NOT_BLANK "The disc is not blank."
#define BAD_STREAM "The data to be written is of a form that cannot be written."

static const struct redbook_code table[] = {
    ROW(S_OK, LASTS, "The operation succeeded.", ""),
    ROW(S_FALSE, LASTS, "The operation succeeded and the answer is no.", ""),
    ROW(E_POINTER, LASTS, "A required value is missing.",
        "Pass a value for every required argument."),
    ROW(E_FAIL, LASTS, "The operation failed for a reason that no other code covers.",
        "Look at the sense data or the system error that came with it."),
    ROW(E_FILE_NOT_FOUND, LASTS, "A file does not exist.", "Check the file's name and folder."),
    ROW(E_ACCESSDENIED, LASTS, "Permission was denied.",
        "Check that you may write to the device: on most systems the user must be in the group "
        "cdrom."),
    ROW(E_INVALID_HANDLE, LASTS, "The connection to the recorder is not open any more.",
        "Open the recorder again."),
    ROW(E_OUTOFMEMORY, LASTS, "There is not enough memory.",
        "Close other programs, or choose a smaller FifoBytes."),
    ROW(E_DEVICE_GONE, LASTS, "The recorder is not there any more.",
        "Check the recorder's cable and power, then open it again."),
    ROW(E_INVALIDARG, LASTS, "An argument is not valid.", "Correct the argument."),

    ROW(E_IMAPI_REQUEST_CANCELLED, LASTS, "The operation was cancelled.", ""),
    ROW(E_IMAPI_RECORDER_REQUIRED, LASTS, "No recorder has been chosen.",
        "Set the Recorder property first."),
    ROW(S_IMAPI_SPEEDADJUSTED, LASTS,
        "The write speed was changed to the nearest possible one.", ""),
    ROW(S_IMAPI_ROTATIONADJUSTED, LASTS,
        "The rotation type was changed to one that the recorder has.", ""),
    ROW(S_IMAPI_BOTHADJUSTED, LASTS,
        "Write speed and rotation type were changed to the nearest possible ones.", ""),
    ROW(E_IMAPI_BURN_VERIFICATION_FAILED, LASTS,
        "What is on the disc is not what was written to it.",
        "Do not trust this disc; burn another one, more slowly or of another brand."),

    ROW(S_IMAPI_COMMAND_HAS_SENSE_DATA, LASTS,
        "The recorder answered the command with sense data.",
        "Read the sense data: the command may have failed."),
    ROW(E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE, LASTS,
        "The recorder does not have the mode page that is needed.",
        "Use another recorder, or ask for another page."),
    ROW(E_IMAPI_RECORDER_MEDIA_NO_MEDIA, LASTS, "There is no disc in the drive.",
        "Insert a disc and close the tray."),
    ROW(E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE, LASTS,
        "The disc is not compatible with the drive or its format is not known.",
        "Insert another disc, a blank CD-R or CD-RW for burning."),
    ROW(E_IMAPI_RECORDER_MEDIA_UPSIDE_DOWN, LASTS,
        "The drive finds nothing on the disc; it may lie upside down.",
        "Put the disc in with its label up and check that it is clean."),
    ROW(E_IMAPI_RECORDER_MEDIA_BECOMING_READY, PASSES,
        "The drive is still getting the disc ready.", "Wait some seconds and try again."),
    ROW(E_IMAPI_RECORDER_MEDIA_FORMAT_IN_PROGRESS, PASSES, "The drive is formatting the disc.",
        "Wait until formatting has ended and try again."),
    ROW(E_IMAPI_RECORDER_MEDIA_BUSY, PASSES, "The drive is busy with a long operation.",
        "Wait until the drive has finished and try again."),
    ROW(E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS, LASTS,
        "The recorder refused the settings for writing.",
        "Try without test write and with buffer underrun protection as it was; otherwise use "
        "another recorder."),
    ROW(E_IMAPI_RECORDER_MEDIA_WRITE_PROTECTED, LASTS, "The disc is write protected.",
        "Insert a disc that can be written to."),
    ROW(E_IMAPI_RECORDER_NO_SUCH_FEATURE, LASTS, "The recorder does not have this feature.",
        OTHER_RECORDER),
    ROW(E_IMAPI_RECORDER_FEATURE_IS_NOT_CURRENT, LASTS,
        "The recorder has this feature, but not with the disc that is in it.",
        "Insert a disc of a type that the feature works with."),
    ROW(E_IMAPI_RECORDER_GET_CONFIGURATION_NOT_SUPPORTED, LASTS,
        "The recorder is too old to list its features.", OTHER_RECORDER),
    ROW(E_IMAPI_RECORDER_COMMAND_TIMEOUT, PASSES, "The recorder did not answer in time.",
        "Try again; if that does not help, switch the recorder off and on."),
    ROW(E_IMAPI_RECORDER_DVD_STRUCTURE_NOT_PRESENT, LASTS,
        "The disc does not have the structure that was asked for.", ""),
    ROW(E_IMAPI_RECORDER_MEDIA_SPEED_MISMATCH, LASTS,
        "The disc cannot be written by this drive as it is: its speed range or its state does "
        "not suit.",
        "Insert a blank disc that is made for the speeds of this drive."),
    ROW(E_IMAPI_RECORDER_LOCKED, PASSES, "Another program is using the recorder.",
        "Close the other program, or wait until it has finished; unmount the disc if it is "
        "mounted."),
    ROW(E_IMAPI_RECORDER_CLIENT_NAME_IS_NOT_VALID, LASTS, BAD_CLIENT_NAME, CLIENT_NAME_RULE),
    ROW(E_IMAPI_RECORDER_MEDIA_NOT_FORMATTED, LASTS, "The disc is not formatted.",
        "Format the disc, or insert another one."),
    ROW(E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE, LASTS,
        "The recorder's answer is too short or makes no sense.",
        "Try again; if it stays so, the recorder's firmware or cable is at fault."),

    ROW(E_IMAPI_LOSS_OF_STREAMING, LASTS,
        "The recorder ran out of data in the middle of writing.",
        "Leave buffer underrun protection on, choose a lower speed, and burn another disc."),
    ROW(E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE, LASTS, "The recorder failed to write.",
        "Try another disc, a lower speed or another brand."),
    ROW(S_IMAPI_WRITE_NOT_IN_PROGRESS, LASTS, NOTHING_TO_CANCEL, ""),

    ROW(E_IMAPI_DF2DATA_WRITE_IN_PROGRESS, LASTS, WHILE_WRITING, WAIT_OR_CANCEL),
    ROW(E_IMAPI_DF2DATA_WRITE_NOT_IN_PROGRESS, LASTS, NOTHING_TO_CANCEL, ""),
    ROW(E_IMAPI_DF2DATA_INVALID_MEDIA_STATE, LASTS,
        "The disc is in a state that does not allow data to be written.",
        "Blank the disc, or insert another one."),
    ROW(E_IMAPI_DF2DATA_STREAM_NOT_SUPPORTED, LASTS, BAD_STREAM,
        "Pass data whose length is a whole number of 2048-byte sectors."),
    ROW(E_IMAPI_DF2DATA_STREAM_TOO_LARGE_FOR_CURRENT_MEDIA, LASTS,
        "There is more data than room on the disc.", "Write less, or insert a larger disc."),
    ROW(E_IMAPI_DF2DATA_MEDIA_NOT_BLANK, LASTS, NOT_BLANK, "Insert a blank disc."),
    ROW(E_IMAPI_DF2DATA_MEDIA_IS_NOT_SUPPORTED, LASTS, WRONG_DISC, "Insert another disc."),
    ROW(E_IMAPI_DF2DATA_RECORDER_NOT_SUPPORTED, LASTS, NO_SUCH_WRITER, OTHER_RECORDER),
    ROW(E_IMAPI_DF2DATA_CLIENT_NAME_IS_NOT_VALID, LASTS, BAD_CLIENT_NAME, CLIENT_NAME_RULE),

    ROW(E_IMAPI_DF2TAO_WRITE_IN_PROGRESS, LASTS, WHILE_WRITING, WAIT_OR_CANCEL),
    ROW(E_IMAPI_DF2TAO_WRITE_NOT_IN_PROGRESS, LASTS, NOTHING_TO_CANCEL, ""),
    ROW(E_IMAPI_DF2TAO_MEDIA_IS_NOT_PREPARED, LASTS,
        "The disc has not been prepared for writing.", "Call PrepareMedia first."),
    ROW(E_IMAPI_DF2TAO_MEDIA_IS_PREPARED, LASTS,
        "This cannot be done while the disc is prepared for writing.",
        "Do it before PrepareMedia or after ReleaseMedia."),
    ROW(E_IMAPI_DF2TAO_PROPERTY_FOR_BLANK_MEDIA_ONLY, LASTS,
        "This property can be changed for a blank disc only.", "Insert a blank disc."),
    ROW(E_IMAPI_DF2TAO_TABLE_OF_CONTENTS_EMPTY_DISC, LASTS,
        "There is no table of contents, because no track has been written.",
        "Write a track first."),
    ROW(E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK, LASTS, NOT_BLANK,
        "Insert a blank disc, blank this one if it is a CD-RW, or set Append to go on with an "
        "open disc."),
    ROW(E_IMAPI_DF2TAO_MEDIA_IS_NOT_SUPPORTED, LASTS, "The disc is neither a CD-R nor a CD-RW.",
        "Insert a blank CD-R or CD-RW."),
    ROW(E_IMAPI_DF2TAO_TRACK_LIMIT_REACHED, LASTS, "A disc cannot hold more than 99 tracks.",
        "Put the other tracks on another disc."),
    ROW(E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE, LASTS, "The track does not fit on the disc.",
        "Leave tracks out, or use a disc with more minutes."),
    ROW(E_IMAPI_DF2TAO_NO_RECORDER_SPECIFIED, LASTS, "No recorder has been chosen.",
        "Set the Recorder property first."),
    ROW(E_IMAPI_DF2TAO_INVALID_ISRC, LASTS, "The ISRC is not valid.",
        "Use two letters, three letters or digits, then seven digits, as in GB-AYE-68-00023."),
    ROW(E_IMAPI_DF2TAO_INVALID_MCN, LASTS, "The media catalogue number is not valid.",
        "Use the 13 digits of the EAN or UPC bar code; the last one is a check digit."),
    ROW(E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED, LASTS,
        "The audio data cannot be written: it is empty, cut off, unreadable or of a wrong "
        "form.",
        "Pass a sound file whole, or feed 44.1 kHz 16-bit stereo samples."),
    ROW(E_IMAPI_DF2TAO_RECORDER_NOT_SUPPORTED, LASTS,
        "The recorder cannot write CDs track at once.", OTHER_RECORDER),
    ROW(E_IMAPI_DF2TAO_CLIENT_NAME_IS_NOT_VALID, LASTS, BAD_CLIENT_NAME, CLIENT_NAME_RULE),

    ROW(E_IMAPI_DF2RAW_WRITE_IN_PROGRESS, LASTS, WHILE_WRITING, WAIT_OR_CANCEL),
    ROW(E_IMAPI_DF2RAW_WRITE_NOT_IN_PROGRESS, LASTS, NOTHING_TO_CANCEL, ""),
    ROW(E_IMAPI_DF2RAW_MEDIA_IS_NOT_PREPARED, LASTS,
        "The disc has not been prepared for writing.", "Call PrepareMedia first."),
    ROW(E_IMAPI_DF2RAW_MEDIA_IS_PREPARED, LASTS,
        "This cannot be done while the disc is prepared for writing.",
        "Do it before PrepareMedia or after ReleaseMedia."),
    ROW(E_IMAPI_DF2RAW_CLIENT_NAME_IS_NOT_VALID, LASTS, BAD_CLIENT_NAME, CLIENT_NAME_RULE),
    ROW(E_IMAPI_DF2RAW_MEDIA_IS_NOT_BLANK, LASTS, NOT_BLANK, "Insert a blank disc."),
    ROW(E_IMAPI_DF2RAW_MEDIA_IS_NOT_SUPPORTED, LASTS, WRONG_DISC,
        "Insert a blank CD-R or CD-RW."),
    ROW(E_IMAPI_DF2RAW_NOT_ENOUGH_SPACE, LASTS, "The image does not fit on the disc.",
        "Use a disc with more minutes."),
    ROW(E_IMAPI_DF2RAW_NO_RECORDER_SPECIFIED, LASTS, "No recorder has been chosen.",
        "Set the Recorder property first."),
    ROW(E_IMAPI_DF2RAW_STREAM_NOT_SUPPORTED, LASTS, BAD_STREAM,
        "Pass an image of whole sectors of the requested sector type."),
    ROW(E_IMAPI_DF2RAW_DATA_BLOCK_TYPE_NOT_SUPPORTED, LASTS,
        "The recorder cannot write sectors of the requested type.",
        "Choose one of the supported sector types."),
    ROW(E_IMAPI_DF2RAW_STREAM_LEADIN_TOO_SHORT, LASTS,
        "The image's lead-in is shorter than the disc's.",
        "Start the image at 95:00:00, or earlier than the lead-in of the disc."),
    ROW(E_IMAPI_DF2RAW_RECORDER_NOT_SUPPORTED, LASTS, NO_SUCH_WRITER, OTHER_RECORDER),

    ROW(E_IMAPI_ERASE_RECORDER_IN_USE, PASSES, "The recorder is in use.",
        "Wait until the other operation has ended and try again."),
    ROW(E_IMAPI_ERASE_ONLY_ONE_RECORDER_SUPPORTED, LASTS,
        "Only one recorder at a time can be erased with.",
        "Set Recorder to nil before another one."),
    ROW(E_IMAPI_ERASE_DISC_INFORMATION_TOO_SMALL, LASTS,
        "The recorder told too little about the disc to erase it.", OTHER_RECORDER),
    ROW(E_IMAPI_ERASE_MODE_PAGE_2A_TOO_SMALL, LASTS,
        "The recorder told too little about itself to erase a disc.", OTHER_RECORDER),
    ROW(E_IMAPI_ERASE_MEDIA_IS_NOT_ERASABLE, LASTS, "The disc cannot be erased.",
        "Insert a CD-RW."),
    ROW(E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND, LASTS,
        "The recorder could not erase the disc.", "Try a full erase, or another disc."),
    ROW(E_IMAPI_ERASE_TOOK_LONGER_THAN_ONE_HOUR, LASTS, "Erasing took longer than one hour.",
        "The disc is probably worn out; use another one."),
    ROW(E_IMAPI_ERASE_UNEXPECTED_DRIVE_RESPONSE_DURING_ERASE, LASTS,
        "The recorder gave an unexpected answer while erasing.",
        "Try a full erase, or another disc."),
    ROW(E_IMAPI_ERASE_DRIVE_FAILED_SPINUP_COMMAND, LASTS,
        "The recorder could not spin the disc up.",
        "Take the disc out, clean it and try again."),
    ROW(E_IMAPI_ERASE_MEDIA_IS_NOT_SUPPORTED, LASTS, "A disc of this type cannot be erased.",
        "Insert a CD-RW."),
    ROW(E_IMAPI_ERASE_RECORDER_NOT_SUPPORTED, LASTS, "The recorder cannot erase discs.",
        OTHER_RECORDER),
    ROW(E_IMAPI_ERASE_CLIENT_NAME_IS_NOT_VALID, LASTS, BAD_CLIENT_NAME, CLIENT_NAME_RULE),

    ROW(E_IMAPI_RAW_IMAGE_IS_READ_ONLY, LASTS,
        "The image has been made and cannot be changed any more.", "Start a new image."),
    ROW(E_IMAPI_RAW_IMAGE_TOO_MANY_TRACKS, LASTS, "An image cannot hold more than 99 tracks.",
        "Put the other tracks into another image."),
    ROW(E_IMAPI_RAW_IMAGE_SECTOR_TYPE_NOT_SUPPORTED, LASTS,
        "Sectors of this type cannot be put into an image.", "Use audio sectors."),
    ROW(E_IMAPI_RAW_IMAGE_NO_TRACKS, LASTS, "The image has no track.", "Add a track first."),
    ROW(E_IMAPI_RAW_IMAGE_TRACKS_ALREADY_ADDED, LASTS,
        "This has to be done before the first track is added.", "Start a new image."),
    ROW(E_IMAPI_RAW_IMAGE_INSUFFICIENT_SPACE, LASTS, "The track does not fit into the image.",
        "Leave tracks out, or choose a larger image."),
    ROW(E_IMAPI_RAW_IMAGE_TOO_MANY_TRACK_INDEXES, LASTS,
        "A track cannot have more than 99 indexes.", "Clear an index first."),
    ROW(E_IMAPI_RAW_IMAGE_TRACK_INDEX_NOT_FOUND, LASTS, "The track has no index there.",
        "Read TrackIndexes to see which there are."),
    ROW(S_IMAPI_RAW_IMAGE_TRACK_INDEX_ALREADY_EXISTS, LASTS,
        "The track already has an index there.", ""),
    ROW(E_IMAPI_RAW_IMAGE_TRACK_INDEX_OFFSET_ZERO_CANNOT_BE_CLEARED, LASTS,
        "The index at a track's start cannot be cleared.", ""),
    ROW(E_IMAPI_RAW_IMAGE_TRACK_INDEX_TOO_CLOSE_TO_OTHER_INDEX, LASTS,
        "The index is too close to another one.",
        "Keep at least 10 sectors between the indexes of a track."),
};

const struct redbook_code *redbook_codes(size_t *count) {
  *count = sizeof table / sizeof *table;
  return table;
}

const struct redbook_code *redbook_code_find(uint32_t code) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (table[i].code == code) return &table[i];
  }
  return NULL;
}
