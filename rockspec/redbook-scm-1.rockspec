rockspec_format = "3.0"
package = "redbook"
version = "scm-1"

-- The project has no public address yet: `luarocks make` in a checkout builds from the checkout
-- itself and never reads this URL.
source = { url = "git+file://." }

description = {
  summary = "Burns audio CDs, with objects that behave like IMAPI2's",
  detailed = [[
A C module gives Recorder and TrackAtOnce objects that behave like Microsoft IMAPI2's, on Linux,
with a virtual recorder that needs no hardware; Lua modules and scripts on top burn playlists.]],
  license = "GPL-3.0-or-later",
}

supported_platforms = { "linux" }

dependencies = {
  "lua >= 5.4, < 5.5",
  "lua-cjson",
  "luafilesystem",
  "argparse",
  "luaexpat",
}

external_dependencies = {
  SNDFILE = { header = "sndfile.h", library = "sndfile" },
  CDIO = { header = "cdio/cdio.h", library = "cdio" },
  OPUS = { header = "opus/opus.h", library = "opus" },
  OGG = { header = "ogg/ogg.h", library = "ogg" },
  SOXR = { header = "soxr.h", library = "soxr" },
  EBUR128 = { header = "ebur128.h", library = "ebur128" },
  NETTLE = { header = "nettle/sha2.h", library = "nettle" },
}

build = {
  type = "make",
  build_target = "all",
  install_target = "install",
  build_variables = {
    CFLAGS = "$(CFLAGS)",
    LIBFLAG = "$(LIBFLAG)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    CPPFLAGS = "-I$(SNDFILE_INCDIR) -I$(CDIO_INCDIR) -I$(SOXR_INCDIR) -I$(EBUR128_INCDIR) -I$(NETTLE_INCDIR)",
    LDFLAGS = "-L$(SNDFILE_LIBDIR) -L$(CDIO_LIBDIR) -L$(SOXR_LIBDIR) -L$(EBUR128_LIBDIR) -L$(NETTLE_LIBDIR)",
    WERROR = "", -- a newer compiler's new warning must not stop an installation
  },
  install_variables = {
    INST_LIBDIR = "$(LIBDIR)",
    INST_LUADIR = "$(LUADIR)",
    INST_BINDIR = "$(BINDIR)",
    ROCK = "1",
  },
  copy_directories = {},
}

test = { type = "command", command = "make test" }
