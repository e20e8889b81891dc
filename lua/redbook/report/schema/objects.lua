-- SPDX-License-Identifier: GPL-3.0-or-later
-- The objects inside of events, see schema/init.lua.

return {
  planned_track = { about = "a track of a plan", fields = {
    number = "integer: on the disc, 1 to 99", start = "integer: LBA of its first sector",
    start_msf = "string: the same as MM:SS:FF", sectors = "integer: padding included",
    continues = "boolean?: true when the sound of the track before goes on in it",
    length = "string: M:SS", padding = "integer: sectors of silence that fill it up to 4 seconds",
    gap = "integer: sectors between the track before and this one", path = "string?: the source",
    title = "string?: of tags, list or file name", artist = "string?: of tags or list",
    album = "string?: of tags or list",
    gain = "number?: dB that it is turned up or down by; absent: not at all",
    clipped_samples = "integer?: that will be clamped; absent: none",
    limited_frames = "integer?: that the limiter turns down; absent: none" } },
  planned_medium = { about = "the disc that a plan is for", fields = {
    type = "integer: 1 CD-ROM, 2 CD-R, 3 CD-RW", state = "string: blank, appendable, complete",
    track_count = "integer: tracks on it", next_track = "integer?: number of the next one",
    next_writable_address = "integer?: LBA where it may begin",
    total_sectors = "integer: of it" } },
  copied_disc = { about = "one of several discs", fields = {
    device = "string: its drive", copy = "integer: which, from 1", ok = "boolean: it is good",
    disc = "string?: as error objects have it" } },
  set_disc = { about = "a disc of a set", fields = {
    disc = "integer: which, from 1", state = "waiting|begun|done: of it",
    track_count = "integer: tracks that it will have", audio_sectors = "integer: of all of them",
    needed_sectors = "integer: with the gaps", written = "integer: tracks that are on it" } },
  about_set = { about = "which disc of which set", fields = { name = "string: of the set",
    disc = "integer?: which, from 1", of = "integer?: of how many" } },
  sense = { about = "what the drive answered", fields = {
    key = "integer: sense key", asc = "integer: additional sense code",
    ascq = "integer: its qualifier", text = "string?: the same in words",
    raw = "string?: the sense data, hexadecimal", deferred = "boolean?: of an earlier command" } },
  problem = { about = "one of several things that are wrong", fields = {
    message = "string: what", text = "string?: the name as the list or command line has it",
    list = "string?: path of the list", line = "integer?: in it", path = "string?: the file",
    name = "string?: of the code", code = "integer?: HRESULT", advice = "string?: what to do" } },
  remedy = { about = "something that helps a disc", fields = {
    name = "close|multi|close_track|continue|clear|look|blank|replace|other_drive: which",
    does = "string: what it does", command = "string?: that does it" } },
  diagnosis = { about = "the state of a disc", fields = {
    state = "none|unsuitable|pressed|blank|open|incomplete|damaged|appendable|finalised|simulated"
      .. "|unknown: in a word",
    sentence = "string: in a sentence", disc = "string: as error objects have it",
    plays = "boolean: whether a player finds tracks on it",
    track_count = "integer: complete tracks", cut_off = "integer?: number of a track that was",
    remedies = "[remedy]: the best first" } },
  examined_track = { about = "a track as the drive tells of it", fields = {
    number = "integer: on the disc", session = "integer: it is in", start = "integer: LBA",
    sectors = "integer: length", complete = "boolean: its writing was not cut off",
    damaged = "boolean: the drive calls it so",
    listed = "boolean: in the table of contents, so that players see it" } },
  on_disc = { about = "a track of the list that is on the disc", fields = {
    number = "integer: on the disc", title = "string?: its", path = "string: the source" } },
  part = { about = "a track of the disc that is only the beginning of one", fields = {
    track = "integer: number on the disc", entry = "integer: which of the list, from 1" } },
  left = { about = "a track that is not on the disc", fields = {
    index = "integer: which of the list, from 1", title = "string?: its",
    path = "string: the source" } },
  verified_track = { about = "how a track compares with what was sent", fields = {
    number = "integer: on the disc", title = "string?: its", start = "integer: LBA",
    sectors = "integer: length", verdict = "identical|differs|unreadable|none: the result",
    difference = "sound|edge|start|length|missing?: what differs; edge: it is shifted by more "
      .. "than a sector", lba = "integer?: of the first difference", msf = "string?: the same",
    exact = "boolean?: false: only the second is known",
    edge_samples = "integer?: at one end, that could not be compared",
    seconds = "integer?: compared", differing_seconds = "integer?: of them",
    reread_seconds = "integer?: of them, read more than once",
    unreadable_sectors = "integer?: in all", sense = "sense?: of the first unreadable one",
    message = "string?: in a sentence" } },
  verification = { about = "the result of reading a disc back", fields = {
    identical = "boolean: every track is as it was sent",
    offset = "integer?: samples by which the drive shifts; absent: none was found",
    cached = "boolean: all of it fits into the drive's buffer",
    tracks = "[verified_track]: all" } },
  failure = { about = "an error object with the stage of the work", fields = {
    stage = "arguments|device|medium|source|space|burn|erase|verify|interrupted: of the work",
    message = "string: what happened, a sentence", advice = "string?: what to do",
    disc = "untouched|open|appendable|finalised|spoiled|blank|unknown: what became of it",
    code = "integer?: HRESULT", name = "string?: of the code",
    transient = "boolean?: worth trying again", sense = "sense?: the drive's answer",
    command = "string?: to the drive that failed", lba = "integer?: it was about",
    errno = "integer?: of the system", set = "about_set?: when it is about one",
    signal = "HUP|INT|TERM?: that interrupted it",
    problems = "[problem]?: when several things are wrong",
    devices = "[string]?: recorders that are connected, when none could be chosen",
    tracks_written = "integer?: whole ones, after a burn that failed",
    tracks_before = "integer?: that were on the disc before it",
    diagnosis = "diagnosis?: of the disc, after something was written",
    left = "[left]?: what is not on the disc yet",
    remedies = "[remedy]?: of a set, when no disc was touched",
    verification = "verification?: when the disc was compared" } },

  -- discinfo.lua and drives.lua
  drive_name = { about = "names of a drive", fields = { vendor = "string: maker",
    product = "string: model", revision = "string: of the firmware" } },
  disc_medium = { about = "a disc as a whole", fields = {
    type = "string: CD-R, CD-RW, CD-ROM, unknown",
    state = "blank|open|appendable|finalised|other|none: open: its session is",
    erasable = "boolean?: a CD-RW", damaged = "boolean?: the drive calls its last session so",
    last_track_incomplete = "boolean?: its writing was cut off",
    session_open = "boolean?: the last one", next_track = "integer?: number of the next one",
    next_writable_address = "integer?: LBA where it may begin", total_sectors = "integer?: of it",
    used_sectors = "integer?: of them", free_sectors = "integer?: for one more track" } },
  probe = { about = "a disc, or why there is nothing to tell of it", fields = {
    type = "string?: CD-R, CD-RW, CD-ROM, unknown",
    state = "blank|open|appendable|finalised|other|none?: of the disc",
    erasable = "boolean?: a CD-RW", damaged = "boolean?: the drive calls its last session so",
    last_track_incomplete = "boolean?: its writing was cut off",
    session_open = "boolean?: the last one", next_track = "integer?: number of the next one",
    next_writable_address = "integer?: LBA where it may begin", total_sectors = "integer?: of it",
    used_sectors = "integer?: of them", free_sectors = "integer?: for one more track",
    problem = "string?: in a sentence", code = "integer?: HRESULT", name = "string?: of it" } },
  atip = { about = "what is pressed into a blank disc", fields = {
    lead_in = "integer: LBA", lead_in_msf = "string: MM:SS:FF",
    last_lead_out = "integer: LBA, the last that is possible",
    last_lead_out_msf = "string: MM:SS:FF", rewritable = "boolean: a CD-RW",
    power = "integer: code of the writing power", reference_speed = "integer: code" } },
  session = { about = "a closed session", fields = { number = "integer: from 1",
    first_track = "integer: number", last_track = "integer: number",
    lead_out = "integer: LBA" } },
  disc_track = { about = "a track of a disc or image", fields = {
    number = "integer: on the disc", session = "integer: it is in",
    open = "boolean: in the session that is open", start = "integer: LBA",
    start_msf = "string: MM:SS:FF", sectors = "integer: length", length = "string: MM:SS:FF",
    pregap = "integer?: sectors before it", type = "audio|data: of the track",
    control = "integer: its control bits", copy_permitted = "boolean: digital copies",
    pre_emphasis = "boolean: 50/15 us", channels = "integer: 2, or 4", isrc = "string?: its code",
    title = "string?: of CD-TEXT", performer = "string?: of CD-TEXT" } },
  texts = { about = "CD-TEXT of an album or a track", fields = {
    number = "integer?: of the track", title = "string?: its", performer = "string?: its",
    songwriter = "string?: its", composer = "string?: its", arranger = "string?: its",
    message = "string?: from the producer", disc_id = "string?: catalogue number",
    genre = "string?: in words", media_catalog_number = "string?: of the disc",
    isrc = "string?: of the track" } },
  cd_text = { about = "CD-TEXT in one language", fields = { language = "string: its name",
    genre = "string?: of the list of genres", album = "texts: of the disc",
    tracks = "[texts]: of each" } },
  ids = { about = "under which the databases know a disc", fields = {
    musicbrainz = "string?: disc id", freedb = "string?: disc id", accuraterip = "string?: id" } },
  process = { about = "a process that has a drive open", fields = { pid = "integer: its",
    command = "string: its name" } },
  drive = { about = "a drive as the system lists it", fields = {
    id = "string: stable name, which --device takes", node = "string: /dev/sr0",
    sg = "string?: the other node of the same drive", links = "[string]: to it",
    vendor = "string?: maker", model = "string?: its name", revision = "string?: of the firmware",
    owner = "string?: the redbook job that holds it", mounts = "[string]: where its disc is",
    users = "[process]: who has a node open", in_use = "boolean: by any of them",
    medium = "probe?: with --probe" } },
}
