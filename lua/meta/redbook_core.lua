---@meta redbook.core
-- SPDX-License-Identifier: GPL-3.0-or-later
-- The classes and functions of redbook.core for editors; held to the real tables by
-- spec/binding/meta_spec.lua. A field whose comment begins with "read-only" cannot be set.
--
-- A method gives its value, or nil and an error object; reading or setting a property that
-- fails raises that error object. Wrong use raises a string. Sectors are of 2352 bytes, 75 a second;
-- speeds are sectors per second.

---@class redbook.core
---@field version string
---@field errors table<string, integer> | table<integer, redbook.Code> name -> code, code -> row
---@field IMAPI_MEDIA_PHYSICAL_TYPE table<string|integer, integer|string> both ways, as all here
---@field IMAPI_PROFILE_TYPE table<string|integer, integer|string>
---@field IMAPI_FEATURE_PAGE_TYPE table<string|integer, integer|string>
---@field IMAPI_MODE_PAGE_TYPE table<string|integer, integer|string>
---@field IMAPI_MODE_PAGE_REQUEST_TYPE table<string|integer, integer|string>
---@field IMAPI_READ_TRACK_ADDRESS_TYPE table<string|integer, integer|string>
---@field IMAPI_FORMAT2_TAO_WRITE_ACTION table<string|integer, integer|string>
---@field IMAPI_BURN_VERIFICATION_LEVEL table<string|integer, integer|string>
---@field IMAPI_MEDIA_WRITE_PROTECT_STATE table<string|integer, integer|string> bits
---@field IMAPI_FORMAT2_DATA_MEDIA_STATE table<string|integer, integer|string> bits
---@field IMAPI_FORMAT2_RAW_CD_DATA_SECTOR_TYPE table<string|integer, integer|string>
---@field IMAPI_FORMAT2_RAW_CD_WRITE_ACTION table<string|integer, integer|string>
---@field IMAPI_CD_SECTOR_TYPE table<string|integer, integer|string>
---@field IMAPI_CD_TRACK_DIGITAL_COPY_SETTING table<string|integer, integer|string>
---@field IMAPI2_DEFAULT_COMMAND_TIMEOUT integer 10 seconds
---@field IMAPI_SECTOR_SIZE integer 2048 bytes, of data
local core = {}

---A drive by its id: "/dev/sr0", a link to it, "virtual:disc.cue?medium=cd-rw", "replay:FILE".
---Opens nothing by itself.
---@param id string
---@param options? { trace: string? } trace: path of a file that records every command
---@return redbook.Recorder? recorder
---@return redbook.Error? err
function core.Recorder(id, options) end

---@return redbook.TrackAtOnce
function core.TrackAtOnce() end

---@return redbook.Erase
function core.Erase() end

---A sound file, a part of one, or an open file with headerless 44.1 kHz s16le stereo.
---@param source string | redbook.Part | file*
---@return redbook.AudioSource? source
---@return redbook.Error? err
function core.AudioSource(source) end

---Loudness of several sources as if they were one (an album), without their gains.
---@param sources redbook.AudioSource[] scanned with MeasureLoudness
---@return number? lufs nil when one was not measured
function core.album_loudness(sources) end

---Parts that continue each other, converted as one continuous sound.
---@param list (string | { path: string, start: integer|string|nil, length: integer|string|nil })[]
---@param options? { quality: "hq"|"vhq"|nil, dither: "tpdf"|"shaped"|"none"|nil,
---limit: boolean?, loudness: boolean? }
---@return redbook.AudioSource[]? sources one for each part
---@return redbook.Error? err
function core.JoinedSources(list, options) end

---@return redbook.Verification? verification
---@return redbook.Error? err
function core.Verification() end

---The optical drives of this machine.
---@param options? { sys: string?, dev: string? } where /sys and /dev are mounted
---@return redbook.DiscMaster
function core.DiscMaster(options) end

---@param options redbook.VirtualOptions
---@return redbook.VirtualRecorder? drive
---@return redbook.Error? err
function core.VirtualRecorder(options) end

---Turns signals into events (scripts only); one at a time in a process.
---@param names ("INT"|"TERM"|"HUP"|"QUIT"|"USR1"|"USR2")[]
---@return redbook.SignalTrap? trap
---@return redbook.Error? err
function core.trap_signals(names) end

---Sends the process's standard error to /dev/null until it is closed (scripts only).
---@return redbook.StderrMute? mute
---@return redbook.Error? err
function core.mute_stderr() end

---1x = 75 sectors per second.
---@param x number
---@return integer sectors_per_second
function core.speed(x) end

---Of a clock that nobody sets, from some moment on; for a host's own timers.
---@return number seconds
function core.now() end

---Waits for several operations at once: until one would deliver something, a trapped signal has
---come, or the time is over.
---@param operations redbook.Operation[] at most 64
---@param seconds number longest wait, 0 never blocks
---@return boolean ready
function core.wait(operations, seconds) end

---What failed while a drive was let go of by `__close` or the collector; asking clears it.
---@return redbook.Error?
function core.last_release_error() end

---Where temporary files for sound go, and what is free there.
---@return { folder: string, free: integer, in_memory: boolean }? room
---@return redbook.Error? err
function core.temporary_room() end

---Replaces a file as a whole; without `data` tries whether that would work.
---@param path string
---@param data string?
---@return true? ok
---@return redbook.Error? err
function core.replace_file(path, data) end

---Makes a file for this user alone, and locks it (flock) as long as it stays open here. Its holder
---may remove it.
---@param path string
---@return file*|false|nil file closing it lets go; false: somebody else holds it
---@return redbook.Error? err
function core.hold_file(path) end

---What a burn of these sectors would tell of them, as in `TrackAtOnce.WrittenTracks`.
---@param file file* headerless sound, as `AudioSource:Render` writes it
---@param sectors integer
---@return { CRC32: integer, Fingerprint: redbook.Fingerprint, AccurateRip: table }? told
---@return redbook.Error? err
function core.fingerprint(file, sectors) end

---Makes a folder that only this user can look into, if it is not there yet.
---@param path string
---@return true? ok
---@return redbook.Error? err
function core.private_folder(path) end

---The tags of a file, without a look at its sound. None: an empty table, also for files that are
---no sound.
---@param path string
---@return redbook.Tags? tags
---@return redbook.Error? err
function core.file_tags(path) end

---@param bytes string
---@param encoding string as iconv(3) names it, "CP932"
---@return string? text nil: the bytes are no text in it, or the machine does not know it
function core.to_utf8(bytes, encoding) end

---How many columns a terminal has now, 0 when it does not know; nil when the file is none.
---@param file file*
---@return integer? columns
function core.terminal_columns(file) end

---Of a whole file, as sha256sum prints it.
---@param path string
---@return string? hexadecimal 64 digits
---@return redbook.Error? err
function core.sha256_file(path) end

---@param bytes string
---@return string digest 20 bytes
function core.sha1(bytes) end

---Padded with "=", without line ends.
---@param bytes string
---@return string text
function core.base64(bytes) end

---What is in an image of a disc: .cue with its .bin, .toc of cdrdao, .nrg. Read by libcdio in a
---process of its own. One session.
---@param path string
---@return redbook.DiscContents? contents without ATIP
---@return redbook.Error? err
function core.read_image(path) end


---@class redbook.Code
---@field code integer unsigned, 32 bit
---@field name string
---@field message string
---@field advice string
---@field transient boolean worth retrying

---@class redbook.Error
---@field code integer unsigned, 32 bit, e.g. 0xC0AA0202
---@field name string "E_IMAPI_RECORDER_MEDIA_NO_MEDIA"
---@field message string what happened, a sentence
---@field advice string what to do; "" for nothing
---@field transient boolean worth retrying
---@field disc "untouched"|"open"|"appendable"|"finalised"|"spoiled"|"blank"|"unknown"
---@field sense redbook.Sense?
---@field command string? that failed, "WRITE(10)"
---@field lba integer?
---@field errno integer?
---@field signal string? trapped signal that ended a blocking method
local Error = {}

---A plain copy for JSON; `sense.raw` is hexadecimal.
---@return table
function Error:as_table() end

---@class redbook.Sense
---@field key integer
---@field asc integer
---@field ascq integer
---@field deferred boolean
---@field text string
---@field raw string bytes


---What the file system says of a node; opens nothing.
---@param path string
---@param options? { mountinfo: string? } a file as proc(5) describes it
---@return redbook.NodeFacts? facts
---@return redbook.Error? err
function core.inspect_node(path, options) end

---Who this process is, and in which groups: now, and after a new login.
---@return redbook.Identity
function core.identity() end

---@class redbook.NodeFacts
---@field kind "block"|"character"|"directory"|"file"|"other"
---@field target string the path without links
---@field device integer st_rdev
---@field major integer
---@field minor integer
---@field mode integer permission bits
---@field uid integer
---@field owner string the number as text when there is no name, as in all names here
---@field gid integer
---@field group string
---@field readable boolean by this process, whatever the reason
---@field writable boolean
---@field acl redbook.AclEntry[] empty without a list: the mode says it all
---@field mounts string[] where its disc is mounted

---@class redbook.AclEntry
---@field tag "owner"|"user"|"file_group"|"group"|"mask"|"others"
---@field permissions integer 4 read, 2 write, 1 execute
---@field id integer? of "user" and "group"
---@field name string? likewise

---@class redbook.Identity
---@field uid integer the effective user's
---@field user string
---@field groups { id: integer, name: string }[] those of this process
---@field login_groups { id: integer, name: string }[] those that a new login would give

---@class redbook.Recorder
---@field ActiveDiscRecorder string read-only; its id
---@field ExclusiveAccessOwner string read-only; who holds the drive, "" for nobody
---@field VendorId string read-only
---@field ProductId string read-only
---@field ProductRevision string read-only
---@field KnownQuirks redbook.Quirk[] read-only; what is known to be odd about this model
---@field TraceProblem string? read-only; why the trace's file does not have all commands
---@field VolumeName string read-only; the same for all links to a drive
---@field VolumePathNames string[] read-only; mount points
---@field DeviceCanLoadMedia boolean read-only
---@field LegacyDeviceNumber integer read-only; N of /dev/srN
---@field SupportedFeaturePages integer[] read-only; IMAPI_FEATURE_PAGE_TYPE
---@field CurrentFeaturePages integer[] read-only
---@field SupportedProfiles integer[] read-only; IMAPI_PROFILE_TYPE
---@field CurrentProfiles integer[] read-only
---@field SupportedModePages integer[] read-only; IMAPI_MODE_PAGE_TYPE
local Recorder = {}

---@param id string
---@return true? ok
---@return redbook.Error? err
function Recorder:InitializeDiscRecorder(id) end

---0210 between PrepareMedia and ReleaseMedia.
---@return true? ok
---@return redbook.Error? err
function Recorder:EjectMedia() end

---@return true? ok
---@return redbook.Error? err
function Recorder:CloseTray() end

---Calls are counted; the first one locks.
---@param force boolean even if a file system is mounted and cannot be unmounted
---@param client string 1 to 63 of A-Z a-z 0-9 space . , : ; - _
---@return true? ok
---@return redbook.Error? err
function Recorder:AcquireExclusiveAccess(force, client) end

---@return true? ok
---@return redbook.Error? err
function Recorder:ReleaseExclusiveAccess() end

---@return true? ok
---@return redbook.Error? err
function Recorder:DisableMcn() end

---@return true? ok
---@return redbook.Error? err
function Recorder:EnableMcn() end

---What lies in the drive, without preparing it.
---@return redbook.MediaSummary? summary
---@return redbook.Error? err
function Recorder:MediaSummary() end

---What is on the disc: sessions, tracks, codes, CD-TEXT. Blocks: every track's ISRC is asked for.
---@return redbook.DiscContents? contents
---@return redbook.Error? err 0202 no disc
function Recorder:DiscContents() end

---@param seconds number by the drive's clock
---@return redbook.Operation? operation
---@return redbook.Error? err
function Recorder:BeginWaitReady(seconds) end

---True once there is a medium that is ready.
---@param seconds number by the drive's clock
---@return true? ok
---@return redbook.Error? err
function Recorder:WaitReady(seconds) end

---Sends a command of the caller's own making, once and as it is. CHECK CONDITION is a success
---with a remark. What does not only read takes exclusive access.
---@param cdb string 6 to 16 bytes, as many as the group of its opcode says
---@param options? redbook.CommandOptions
---@return (string|true)? data bytes that came; true for a command that receives none
---@return redbook.Error? err or remark: 00AA0200 with its `sense`
function Recorder:SendCommand(cdb, options) end

---@param cdb string
---@param timeout? number seconds, 10
---@return true? ok
---@return redbook.Error? err or remark
function Recorder:SendCommandNoData(cdb, timeout) end

---@param cdb string
---@param data string
---@param timeout? number seconds, 10
---@return true? ok
---@return redbook.Error? err or remark
function Recorder:SendCommandSendDataToDevice(cdb, data, timeout) end

---@param cdb string
---@param length integer bytes to receive at most
---@param timeout? number seconds, 10
---@return string? data
---@return redbook.Error? err or remark
function Recorder:SendCommandGetDataFromDevice(cdb, length, timeout) end

---@return integer? power_of_two
---@return redbook.Error? err
function Recorder:GetByteAlignmentMask() end

---@return integer? bytes
---@return redbook.Error? err
function Recorder:GetMaximumNonPageAlignedTransferSize() end

---What SendCommand carries at most.
---@return integer? bytes
---@return redbook.Error? err
function Recorder:GetMaximumPageAlignedTransferSize() end

---Windows' STORAGE_ADAPTER_DESCRIPTOR.
---@return string? bytes
---@return redbook.Error? err
function Recorder:GetAdapterDescriptor() end

---Windows' STORAGE_DEVICE_DESCRIPTOR.
---@return string? bytes
---@return redbook.Error? err
function Recorder:GetDeviceDescriptor() end

---@return string? reply of READ DISC INFORMATION
---@return redbook.Error? err
function Recorder:GetDiscInformation() end

---@param address integer LBA, track or session; track 0xFF comes next
---@param type integer IMAPI_READ_TRACK_ADDRESS_TYPE
---@return string? reply of READ TRACK INFORMATION
---@return redbook.Error? err
function Recorder:GetTrackInformation(address, type) end

---@param format integer
---@param address integer
---@param layer integer
---@param agid integer 0 to 3
---@return string? structure without header
---@return redbook.Error? err 020E, 020A
function Recorder:ReadDvdStructure(format, address, layer, agid) end

---@param format integer
---@param data string without header
---@return true? ok
---@return redbook.Error? err
function Recorder:SendDvdStructure(format, data) end

---@param feature integer IMAPI_FEATURE_PAGE_TYPE
---@param currentOnly boolean
---@return string? descriptor from its feature code on
---@return redbook.Error? err 020A, 020B, 020C
function Recorder:GetFeaturePage(feature, currentOnly) end

---@param page integer IMAPI_MODE_PAGE_TYPE
---@param type integer IMAPI_MODE_PAGE_REQUEST_TYPE
---@return string? page without header
---@return redbook.Error? err 0201
function Recorder:GetModePage(page, type) end

---@param type integer IMAPI_MODE_PAGE_REQUEST_TYPE: CURRENT_VALUES or SAVED
---@param data string page without header, as GetModePage gives it
---@return true? ok
---@return redbook.Error? err 0208
function Recorder:SetModePage(type, data) end

---@param currentOnly boolean
---@return integer[]? codes IMAPI_FEATURE_PAGE_TYPE
---@return redbook.Error? err
function Recorder:GetSupportedFeaturePages(currentOnly) end

---@param currentOnly boolean
---@return integer[]? codes IMAPI_PROFILE_TYPE
---@return redbook.Error? err
function Recorder:GetSupportedProfiles(currentOnly) end

---@param type integer IMAPI_MODE_PAGE_REQUEST_TYPE
---@return integer[]? codes IMAPI_MODE_PAGE_TYPE
---@return redbook.Error? err
function Recorder:GetSupportedModePages(type) end
---What lies in the drive, track by track. Writes nothing.
---@return redbook.Examination? found
---@return redbook.Error? err
function Recorder:Examine() end

---One step of a rescue, see `redbook.recipe.rescue`.
---@param step "settle"|"forget_test"|"close_track"|"close_session"
---@param options? redbook.RescueStepOptions
---@return redbook.Operation? operation
---@return redbook.Error? err
function Recorder:BeginRescue(step, options) end

---@param step "settle"|"forget_test"|"close_track"|"close_session"
---@param options? redbook.RescueStepOptions
---@return true? ok
---@return redbook.Error? err its `disc` is the state of the disc
function Recorder:Rescue(step, options) end

---Releases what this object has acquired and drops it. Also `__close`.
---@return true
function Recorder:Close() end

---@class redbook.CommandOptions
---@field data_out string? bytes to send
---@field data_in_length integer? bytes to receive at most
---@field timeout number? seconds, 10 unless said otherwise

---@class redbook.Quirk
---@field Behaviour string
---@field Handling "avoided"|"by reply"|"told"|"ignored"
---@field How string what redbook does
---@field Source string

---@class redbook.MediaSummary
---@field MediaType integer IMAPI_MEDIA_PHYSICAL_TYPE
---@field State "none"|"blank"|"appendable"|"complete"|"other"
---@field Erasable boolean
---@field SessionOpen boolean
---@field Damaged boolean
---@field LastTrackIncomplete boolean its writing was cut off; PrepareMedia with Append closes it
---@field NumberOfTracks integer complete ones
---@field NumberOfSessions integer
---@field NextTrack integer? number of the next track; nil when none can follow
---@field NextWritableAddress integer? LBA
---@field TotalSectors integer
---@field FreeSectors integer
---@field UsedSectors integer

---@class redbook.Examination : redbook.MediaSummary
---@field Tracks redbook.ExaminedTrack[]
---@field TestWrite boolean the drive is set to simulate

---@class redbook.ExaminedTrack
---@field Number integer
---@field Session integer
---@field StartLba integer
---@field Sectors integer
---@field Control integer Q control nibble
---@field Complete boolean false: its writing was cut off
---@field Damaged boolean
---@field Listed boolean the table of contents has it there, so players find it

---@class redbook.RescueStepOptions
---@field client string? who holds the drive, default "redbook rescue"
---@field multi boolean? close_session leaves the disc appendable
---@field patience number? seconds that a drive may stay busy, default 600


---@class redbook.DiscContents
---@field Sessions redbook.ContentsSession[] closed ones
---@field Tracks redbook.ContentsTrack[] of closed sessions, then of the open one
---@field FirstTrack integer? of the closed sessions
---@field LastTrack integer? of the closed sessions
---@field LeadOut integer? LBA, of the last closed session
---@field MediaCatalogNumber string? 13 digits
---@field CDText redbook.CDTextBlock[]
---@field ATIP redbook.ATIP? of a recordable disc
---@field Problem string? what could not be understood

---@class redbook.ContentsSession
---@field Number integer
---@field FirstTrack integer
---@field LastTrack integer
---@field LeadOut integer LBA

---@class redbook.ContentsTrack
---@field Number integer
---@field Session integer
---@field Open boolean its session is not closed
---@field Start integer LBA of INDEX 01
---@field Sectors integer to the next track's start, or its session's lead-out
---@field Pregap integer? sectors of INDEX 00; nil where it is not known
---@field Control integer Q control nibble
---@field Data boolean
---@field PreEmphasis boolean
---@field CopyPermitted boolean
---@field FourChannels boolean
---@field ISRC string? 12 characters

---@class redbook.CDTextBlock
---@field Language string "" for an unknown code
---@field GenreName string? of CD-TEXT's list of genres
---@field Album redbook.CDTextTexts
---@field Tracks table<integer, redbook.CDTextTexts> by track number

---@class redbook.CDTextTexts
---@field Title string?
---@field Performer string?
---@field Songwriter string?
---@field Composer string?
---@field Arranger string?
---@field Message string?
---@field Genre string?
---@field DiscId string?
---@field MediaCatalogNumber string?
---@field ISRC string?

---@class redbook.ATIP
---@field LeadIn integer LBA, negative
---@field LeadInTime string "MM:SS:FF", which names the maker of the disc
---@field LastLeadOut integer LBA, last possible start of the lead-out
---@field Rewritable boolean
---@field Power integer indicative target writing power, as Orange Book codes it
---@field ReferenceSpeed integer as Orange Book codes it


---@class redbook.TrackAtOnce
---@field Recorder redbook.Recorder? fixed while prepared (0503)
---@field ClientName string? 1 to 63 characters; nil clears it, then it reads ""; fixed while prepared
---@field OnUpdate fun(tao: redbook.TrackAtOnce, args: redbook.Update)? called by the blocking methods
---@field DoNotFinalizeMedia boolean fixed while prepared
---@field BufferUnderrunFreeDisabled boolean to be set only while prepared (0502); outlives release
---@field TestWrite boolean fixed while prepared
---@field Append boolean fixed while prepared
---@field KeepSessionOpen boolean fixed while prepared
---@field Prescan boolean default true; fixed while prepared
---@field FifoBytes integer 1 MiB to 1 GiB; fixed while prepared
---@field MediaCatalogNumber string 13 digits or ""; fixed while prepared
---@field BurnVerificationLevel integer IMAPI_BURN_VERIFICATION_LEVEL; fixed while prepared
---@field State "idle"|"preparing"|"prepared"|"writing"|"releasing" read-only
---@field MediaPhysicallyBlank boolean read-only
---@field MediaHeuristicallyBlank boolean read-only
---@field SupportedMediaTypes integer[] read-only; {2, 3}
---@field CurrentPhysicalMediaType integer read-only; IMAPI_MEDIA_PHYSICAL_TYPE
---@field NumberOfExistingTracks integer read-only; of this session
---@field TotalSectorsOnMedia integer read-only; up to the last run-out
---@field FreeSectorsOnMedia integer read-only; room for one more track
---@field UsedSectorsOnMedia integer read-only; the next writable address
---@field ExpectedTableOfContents string[] read-only; one blob as READ TOC gives it
---@field RequestedWriteSpeed integer read-only; -1 = fastest
---@field RequestedRotationTypeIsPureCAV boolean read-only
---@field CurrentWriteSpeed integer read-only
---@field CurrentRotationTypeIsPureCAV boolean read-only
---@field SupportedWriteSpeeds integer[] read-only
---@field SupportedWriteSpeedDescriptors redbook.WriteSpeedDescriptor[] read-only
---@field WrittenTracks redbook.WrittenTrack[] read-only; by this object in this session
local TrackAtOnce = {}

---Locks the drive under ClientName and opens the session.
---@return true? ok
---@return redbook.Error? err
function TrackAtOnce:PrepareMedia() end

---@return redbook.Operation? operation
---@return redbook.Error? err
function TrackAtOnce:BeginPrepareMedia() end

---Writes the next track. Data of a file or a function are headerless 44.1 kHz s16le stereo,
---padded to whole sectors; a length that is no multiple of 4 bytes is refused (050D).
---@param source string | redbook.Part | redbook.AudioSource | file* | fun(bytes: integer): string?
---@param options? redbook.TrackOptions
---@return true? ok
---@return redbook.Error? err
function TrackAtOnce:AddAudioTrack(source, options) end

---@param source string | redbook.Part | redbook.AudioSource | file* | fun(bytes: integer): string?
---@param options? redbook.TrackOptions
---@return redbook.Operation? operation
---@return redbook.Error? err
function TrackAtOnce:BeginAddAudioTrack(source, options) end

---@return true? ok
---@return redbook.Error? err
function TrackAtOnce:CancelAddTrack() end

---Closes the session (unless KeepSessionOpen) and unlocks the drive; without a track it unlocks.
---@return true? ok
---@return redbook.Error? err
function TrackAtOnce:ReleaseMedia() end

---@return redbook.Operation? operation
---@return redbook.Error? err
function TrackAtOnce:BeginReleaseMedia() end

---@param speed integer sectors per second, -1 = fastest
---@param pureCAV? boolean
---@return true? ok
---@return redbook.Error? err or remark: S_IMAPI_SPEEDADJUSTED, ..ROTATIONADJUSTED, ..BOTHADJUSTED
function TrackAtOnce:SetWriteSpeed(speed, pureCAV) end

---@param recorder redbook.Recorder
---@return boolean? supported
---@return redbook.Error? err
function TrackAtOnce:IsRecorderSupported(recorder) end

---@param recorder redbook.Recorder
---@return boolean? supported
---@return redbook.Error? err 0202 for an empty drive
function TrackAtOnce:IsCurrentMediaSupported(recorder) end

---Lets go of the drive without closing the session. Also `__close`.
---@return true
function TrackAtOnce:Close() end

---@class redbook.TrackOptions
---@field ISRC string?
---@field PreEmphasis boolean?
---@field CopyPermitted boolean?
---@field length (integer|string)? announced length of a file's or a function's data, sectors or "MM:SS:FF"

---@class redbook.WriteSpeedDescriptor
---@field MediaType integer
---@field RotationTypeIsPureCAV boolean
---@field WriteSpeed integer

---@class redbook.WrittenTrack
---@field Number integer
---@field StartLba integer
---@field Sectors integer padding included
---@field CRC32 integer of those sectors
---@field ClippedSamples integer
---@field Seconds number first WRITE to the end
---@field ISRC string "" for none
---@field Fingerprint redbook.Fingerprint of those sectors
---@field AccurateRip redbook.AccurateRip up to the next track's start or the lead-out


---@class redbook.Fingerprint
---@field Blocks string 28 hexadecimal digits for each 75 sectors: two sums over their frames
---@field Head string the first sector in hexadecimal digits, "" when silent
---@field Tail string the last one


---@class redbook.AccurateRip
---@field First integer[] checksums of version 1 and 2 as the first track of a disc
---@field Middle integer[]
---@field Last integer[]
---@field Only integer[]


---@class redbook.Verification
---@field Recorder redbook.Recorder?
---@field ClientName string 1 to 63 characters
---@field ReadSpeed integer sectors per second; -1 = fastest; 1200 (16x) at first
---@field Retries integer how often an unreadable sector is tried again; 3 at first
---@field Results redbook.VerifyResult[] read-only; one for each track
---@field Offset integer? read-only; samples by which the disc is read later than it was sent
---@field Cached boolean read-only; all that was read fits into the drive's buffer
local Verification = {}

---@param track redbook.WrittenTrack | redbook.VerifyTrack
---@return true? ok
---@return redbook.Error? err
function Verification:AddTrack(track) end

---@return redbook.Operation? operation
---@return redbook.Error? err
function Verification:BeginVerifyMedia() end

---True when every track is identical; 0007 names the first that is not.
---@return true? ok
---@return redbook.Error? err
function Verification:VerifyMedia() end

---@return true
function Verification:Close() end


---@class redbook.VerifyTrack
---@field Number integer
---@field StartLba integer
---@field Sectors integer
---@field CRC32 integer
---@field Fingerprint redbook.Fingerprint
---@field Source redbook.AudioSource? what it was made from: finds the very sector
---@field AccurateRip any? not looked at, nor are the next three
---@field ClippedSamples any?
---@field Seconds any?
---@field ISRC any?


---@class redbook.VerifyResult
---@field Number integer
---@field StartLba integer
---@field Sectors integer
---@field Verdict "none"|"identical"|"differs"|"unreadable"
---@field Difference "sound"|"edge"|"start"|"length"|"missing"?
---@field Lba integer? of the first difference or unreadable sector
---@field Exact boolean? false: only the second is known, `Lba` is its first sector
---@field EdgeSamples integer that could not be compared
---@field Blocks integer seconds
---@field DifferingBlocks integer
---@field RereadBlocks integer right only when read again
---@field UnreadableSectors integer
---@field Sense redbook.Sense? of the first unreadable sector
---@field Message string a sentence, "" when identical


---@class redbook.Erase IDiscFormat2Erase: erases CD-RWs
---@field Recorder redbook.Recorder? set nil before another one (80AA0901); fixed while it erases
---@field ClientName string? 1 to 63 characters; nil clears it, then it reads ""
---@field FullErase boolean default false: quick
---@field OnUpdate fun(erase: redbook.Erase, elapsed: integer, estimated_total: integer)? seconds
---@field CurrentPhysicalMediaType integer read-only; IMAPI_MEDIA_PHYSICAL_TYPE
---@field SupportedMediaTypes integer[] read-only; {3}
---@field MediaPhysicallyBlank boolean read-only
---@field MediaHeuristicallyBlank boolean read-only
local Erase = {}

---True once the drive says that the disc is blank.
---@return true? ok
---@return redbook.Error? err
function Erase:EraseMedia() end

---Nothing stops a drive that has begun: `cancel` changes nothing then.
---@return redbook.Operation? operation
---@return redbook.Error? err
function Erase:BeginEraseMedia() end

---@param recorder redbook.Recorder
---@return boolean? supported
---@return redbook.Error? err
function Erase:IsRecorderSupported(recorder) end

---@param recorder redbook.Recorder
---@return boolean? supported
---@return redbook.Error? err 0202 for an empty drive
function Erase:IsCurrentMediaSupported(recorder) end

---Drops the object; waits for an erase that runs. Also `__close`.
---@return true
function Erase:Close() end


---@class redbook.Part
---@field path string
---@field start (integer|string)? sectors or "MM:SS:FF"
---@field length (integer|string)? sectors or "MM:SS:FF"
---@field raw ("little"|"big")? headerless 44.1 kHz 16-bit stereo of that byte order
---@field quality ("hq"|"vhq")? of a change of the sample rate, default "hq"
---@field dither ("tpdf"|"shaped"|"none")? default "tpdf"
---@field limit boolean? a limiter instead of clipping
---@field loudness boolean? see MeasureLoudness

---@class redbook.AudioSource
---@field Sectors integer read-only; scans when the header does not tell for certain
---@field CRC32 integer read-only; of all sectors, scans when nobody has
---@field ClippedSamples integer read-only; scans when nobody has
---@field Peak number read-only; of the 44.1 kHz sound after the gain, 1 = full scale; scans
---@field LimitedFrames integer read-only; turned down by the limiter; scans when nobody has
---@field Gain number dB; setting it forgets the scan
---@field MeasureLoudness boolean setting it forgets a scan that has not measured it
---@field Loudness number? read-only; LUFS without the gain, nil when no scan has measured it
---@field Ceiling number read-only; the highest Peak that its dither does not lift beyond 16 bits
---@field Kept integer read-only; bytes that the last scan has kept, see Keep
---@field Format redbook.Format read-only
---@field Tags redbook.Tags read-only
---@field Name string read-only; the path
local AudioSource = {}

---Decodes everything once.
---@return true? ok
---@return redbook.Error? err
function AudioSource:Scan() end

---@return redbook.Operation? operation
---@return redbook.Error? err
function AudioSource:BeginScan() end

---Lets the next scan keep its sectors in an unlinked temporary file, from where the source is read
---afterwards. Without room or with a broken disk it is decoded again: no error. PCM of 44.1 kHz and
---16 bit, which lies in its file as it is read, is kept only with `plain`.
---@param limit integer bytes at most, 0 = keep nothing
---@param plain boolean?
---@return true? ok
---@return redbook.Error? err
function AudioSource:Keep(limit, plain) end

---The same sound, scanned already, with a place of its own: both read what has been kept.
---@return redbook.AudioSource? source
---@return redbook.Error? err E_FAIL when nothing has been kept
function AudioSource:Clone() end

---Writes the sectors that a burn would write into an open file, at its place. A scan besides.
---@param file file*
---@return true? ok
---@return redbook.Error? err
function AudioSource:Render(file) end

---@param file file*
---@return redbook.Operation? operation
---@return redbook.Error? err
function AudioSource:BeginRender(file) end

---@return true
function AudioSource:Close() end

---@class redbook.Format
---@field container string "WAV", "FLAC", "MPEG", ...
---@field encoding string
---@field sample_rate integer Hz
---@field channels integer
---@field bits integer 0 when lossy
---@field exact boolean passes bit-exactly
---@field announced_frames integer? at its own rate

---@class redbook.Tags
---@field title string?
---@field artist string? several joined by ", ", as composers and genres
---@field album string?
---@field album_artist string?
---@field composer string?
---@field date string?
---@field genre string?
---@field track_number string?
---@field disc_number string?
---@field comment string?
---@field isrc string? twelve characters
---@field replaygain_track_gain number? dB
---@field replaygain_album_gain number? dB
---@field replaygain_track_peak number? 1 = full scale
---@field replaygain_album_peak number?
---@field r128_track_gain number? dB to -23 LUFS
---@field r128_album_gain number? dB
---@field gapless true?
---@field cue_sheet string? the embedded one, in whatever encoding it has


---@class redbook.Operation
local Operation = {}

---@param seconds? number nil waits for ever, 0 never blocks
---@return redbook.Event? event
---@return ("again"|"finished")? why there is none
function Operation:step(seconds) end

---Asks it to stop; keep stepping until "done".
---@return true
function Operation:cancel() end

---Raises before "done".
---@return true? ok
---@return redbook.Error? err or remark
function Operation:result() end

---`for event in operation:each() do`: leaving the loop early closes the operation.
---@param seconds? number the loop ends when nothing comes in that time
---@return fun(): redbook.Event?
function Operation:each(seconds) end

---@return integer descriptor readable while an event is there
function Operation:pollfd() end

---@return integer descriptor
function Operation:getfd() end

---@return "r"
function Operation:events() end

---@return nil
function Operation:timeout() end

---@return false
function Operation:dirty() end

---Cancels, waits for the end, drops it. Also `__close`.
---@return true
function Operation:close() end

---@alias redbook.Event redbook.Update | redbook.Done | redbook.Signal

---@class redbook.Done
---@field type "done"

---@class redbook.Signal
---@field type "signal"
---@field signal string "INT"

---IDiscFormat2TrackAtOnceEventArgs, IWriteEngine2EventArgs, and the drive's buffer.
---@class redbook.Update
---@field type "update"
---@field CurrentAction integer IMAPI_FORMAT2_TAO_WRITE_ACTION
---@field CurrentTrackNumber integer
---@field ElapsedTime integer s
---@field ElapsedSeconds number the same, not rounded
---@field RemainingTime integer s
---@field StartLba integer
---@field SectorCount integer
---@field LastReadLba integer
---@field LastWrittenLba integer
---@field TotalSystemBuffer integer bytes
---@field UsedSystemBuffer integer bytes
---@field FreeSystemBuffer integer bytes
---@field TotalDriveBuffer integer bytes, 0 = not known
---@field FreeDriveBuffer integer bytes


---@class redbook.DiscMaster
---@field Count integer read-only; also #master
---@field IsSupportedEnvironment boolean read-only
local DiscMaster = {}

---@param index integer from 0
---@return string? id
---@return redbook.Error? err
function DiscMaster:Item(index) end

---@return fun(): string?
function DiscMaster:each() end

---Watches for drives that are plugged in and out.
---@param options? redbook.WatchOptions
---@return redbook.DeviceWatch? watch
---@return redbook.Error? err
function DiscMaster:Watch(options) end

---@class redbook.WatchOptions
---@field settle number? seconds that a new drive may wait for udev to make its link, 2
---@field uevents integer? descriptor of a datagram socket that brings uevents, not the kernel's

---Stepped and polled as an Operation.
---@class redbook.DeviceWatch
local DeviceWatch = {}

---@param seconds? number nil waits for ever, 0 never blocks
---@return (redbook.DeviceEvent|redbook.Signal|redbook.Done)? event
---@return ("again"|"finished")? why there is none
function DeviceWatch:step(seconds) end

---`for event in watch:each() do`: until `cancel`.
---@param seconds? number the loop ends when nothing comes in that time
---@return fun(): (redbook.DeviceEvent|redbook.Signal)?
function DeviceWatch:each(seconds) end

---The next step delivers "done".
---@return true
function DeviceWatch:cancel() end

---Raises before "done".
---@return true? ok after `cancel`
---@return redbook.Error? err why it could not go on
function DeviceWatch:result() end

---@return integer descriptor readable while an event is there
function DeviceWatch:pollfd() end

---@return integer descriptor
function DeviceWatch:getfd() end

---@return "r"
function DeviceWatch:events() end

---@return nil
function DeviceWatch:timeout() end

---@return false
function DeviceWatch:dirty() end

---Also `__close`.
---@return true
function DeviceWatch:close() end

---@class redbook.DeviceEvent
---@field type "added"|"removed"
---@field id string what DiscMaster:Item gives, or gave
---@field node string "/dev/sr0"


---@class redbook.VirtualOptions
---@field path string? of the .cue; nil for an empty drive
---@field medium ("cd-r"|"cd-rw"|"pressed"|"none")?
---@field minutes integer? 74, 80, 90, 99
---@field personality string? "strict" and others, see README
---@field clock ("simulated"|"real")? real: commands take their time by the wall clock
---@field ready number? seconds until it is ready
---@field tray ("open"|"closed")?
---@field faults redbook.Fault[]?

---One of sense, status, host, errno, reply, short, stall, vanish, lie.
---@class redbook.Fault
---@field command (string|integer)? "WRITE" or an opcode; any
---@field lba integer?
---@field after integer? let so many pass
---@field times integer? hit so many; all
---@field sense (string|{ key: integer, asc: integer, ascq: integer, deferred: boolean?, descriptor: boolean? })? "3/0C/00"
---@field status integer?
---@field host integer?
---@field errno (string|integer)? "EIO"
---@field reply string?
---@field short integer? length of the reply
---@field stall number? seconds
---@field damage boolean? a WRITE that fails by `sense` damages its track
---@field vanish boolean?
---@field lie boolean?

---@class redbook.VirtualRecorder
local VirtualRecorder = {}

---@param options? { trace: string? }
---@return redbook.Recorder? recorder
---@return redbook.Error? err
function VirtualRecorder:Recorder(options) end

---Makes the drive a device node for other programs.
---@param options? { trace: string?, filter: boolean? } filter: refuse what Linux refuses users
---without CAP_SYS_RAWIO
---@return redbook.DriveServer? server
---@return redbook.Error? err
function VirtualRecorder:Serve(options) end

---@return true? ok
---@return redbook.Error? err
function VirtualRecorder:OpenTray() end

---@return true? ok
---@return redbook.Error? err
function VirtualRecorder:CloseTray() end

---@param disc? { path: string, medium: string?, minutes: integer? } nil takes the disc out
---@return true? ok
---@return redbook.Error? err
function VirtualRecorder:Insert(disc) end

---@param seconds number
---@return true
function VirtualRecorder:SetReady(seconds) end

---@param fault redbook.Fault
---@return true? ok
---@return redbook.Error? err
function VirtualRecorder:AddFault(fault) end

---@return true
function VirtualRecorder:ClearFaults() end

---@return redbook.View
function VirtualRecorder:View() end

---@return redbook.DiscTrack[]
function VirtualRecorder:Tracks() end

---@return true
function VirtualRecorder:Close() end

---@class redbook.DriveServer
---@field TraceProblem string? read-only; as Recorder's
local DriveServer = {}

---Runs a program that sees the drive at `device`, and waits for its end (scripts only).
---@param words string[] the program, looked for in PATH, and its arguments
---@param device string? "/dev/sr0"
---@return integer? code its exit code; 128 + number when a signal ended it
---@return string? problem why it could not be started
---@return integer? code 127: there is no such program, 126: it cannot be run
function DriveServer:Run(words, device) end

---For programs that are started by other means.
---@return string path of the socket, for REDBOOK_VDRIVE_SOCKET
function DriveServer:Socket() end

---@return string path of the library, for LD_PRELOAD
function DriveServer:Library() end

---Ends the server: who has the node open finds the drive gone. Also `__close`.
---@return true
function DriveServer:Close() end

---@class redbook.View
---@field TrayOpen boolean
---@field HasDisc boolean
---@field Prevented boolean
---@field Held boolean
---@field Medium string
---@field DiscStatus integer 0 blank, 1 appendable, 2 complete, 3 other
---@field SessionStatus integer
---@field Tracks integer
---@field Sessions integer
---@field IncompleteTracks integer
---@field ClockUs integer the drive's clock in microseconds
---@field Commands integer
---@field ForeignCommands integer by another thread than the owner
---@field FaultHits integer
---@field Underruns integer
---@field IdleSeconds number that the laser waited for data inside a track
---@field BufferLow integer? least bytes in the drive's buffer while the laser was on
---@field Path string

---@class redbook.DiscTrack
---@field Number integer
---@field Session integer
---@field StartLba integer
---@field Sectors integer
---@field Control integer Q control nibble
---@field Complete boolean
---@field ISRC string


---@class redbook.SignalTrap
local SignalTrap = {}

---@return integer descriptor readable while a signal has not been taken
function SignalTrap:getfd() end

---@return integer descriptor
function SignalTrap:pollfd() end

---@return string? name "INT"
function SignalTrap:take() end

---@param seconds number
---@return string? name
function SignalTrap:wait(seconds) end

---Restores the handlers. Also `__close`.
---@return true
function SignalTrap:close() end

---Closes the trap; its signals do nothing until the process ends.
---@return true
function SignalTrap:ignore() end


---@class redbook.StderrMute
local StderrMute = {}

---Writes to where standard error went before.
---@param text string
---@return boolean ok
function StderrMute:write(text) end

---Standard error is what it was before. Also `__close`.
---@return true
function StderrMute:close() end

return core
