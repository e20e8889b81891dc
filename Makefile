# redbook: build and install; spec/support/check.mk has the tests, the lint and their helpers.
# `make demo` and `make test` do all their set-up themselves (Debian 12, git and make).

LUA     ?= lua5.4
BUILD   ?= build
CFLAGS  ?= -O2 -g
LIBFLAG ?= -shared
WERROR  ?= -Werror
PREFIX  ?= /usr/local
ifeq ($(origin CC),default)
CC = gcc
endif
# LuaRocks sets these three.
INST_LUADIR ?= $(PREFIX)/share/lua/5.4
INST_LIBDIR ?= $(PREFIX)/lib/lua/5.4
INST_BINDIR ?= $(PREFIX)/bin
INST_SHAREDIR ?= $(PREFIX)/share

# Everything that asks pkg-config is evaluated late and silently: set-up may not have run yet.
WARN = -std=gnu17 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
       -Wmissing-prototypes -Wvla $(WERROR)
PKGS = sndfile soxr libcdio nettle libebur128 opus ogg
pkg  = $(shell pkg-config $(1) 2>/dev/null)
CPPFLAGS_ALL = -Ic -D_GNU_SOURCE $(call pkg,--cflags $(PKGS)) $(CPPFLAGS)
LUA_CFLAGS  ?= $(if $(LUA_INCDIR),-I$(LUA_INCDIR),$(call pkg,--cflags lua5.4))
# No fused multiply and add: its other rounding would be other bytes on processors that have it.
CFLAGS_ALL   = $(WARN) $(CFLAGS) -ffp-contract=off -fPIC -fvisibility=hidden -pthread
LIBS         = $(or $(call pkg,--libs $(PKGS)),-lsndfile -lsoxr -lcdio -lnettle -lebur128 -lopus -logg) -lm -pthread $(LDLIBS)

LAYERS = base mmc virtual vdrive drive audio burn
needs_base    =
needs_mmc     = base
needs_virtual = mmc base
needs_vdrive  = virtual mmc base
needs_drive   = virtual mmc base
needs_audio   = base
needs_burn    = audio drive virtual mmc base

# For whoever begins with `make`: the compiler only names a header.
hint = pkg-config --exists $(PKGS) lua5.4 2>/dev/null || \
  echo "What is missing here is installed by 'make demo'; README, Installing, lists it." >&2

objects = $(patsubst c/%.c,$(BUILD)/obj/%.o,$(wildcard c/$(1)/*.c))
LIB_OBJECTS = $(foreach l,$(LAYERS),$(call objects,$(l)))
LUA_OBJECTS = $(call objects,lua)
LUA_MODULES = $(filter-out lua/meta/%,$(shell find lua -name '*.lua' 2>/dev/null))

.PHONY: all support man install install-pages uninstall clean env demo
.DELETE_ON_ERROR:

PRELOAD = $(BUILD)/redbook/redbook-vdrive.so

all: $(BUILD)/redbook/core.so $(PRELOAD)

$(BUILD)/obj/%.o: c/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c $< -o $@ || { $(hint); false; }

# The blocking methods are Lua; core.so carries their source as bytes (chunk.h), so that
# requiring the core alone gives complete classes.
$(LUA_OBJECTS): CPPFLAGS_ALL += $(LUA_CFLAGS) -I$(BUILD)
$(LUA_OBJECTS): | $(BUILD)/chunk.h
$(BUILD)/chunk.h: c/lua/chunk.lua Makefile
	@mkdir -p $(@D)
	{ echo '/* Made from $<. */'; echo 'static const char redbook_chunk[] = {'; \
	  od -An -v -td1 $< | sed 's/\([0-9]\)\( \|$$\)/\1,\2/g'; echo '0};'; } > $@

# Pinned (nodelete): lua_close unloads modules, but atexit handlers and late threads live on.
$(BUILD)/redbook/core.so: $(LIB_OBJECTS) $(LUA_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(LIBFLAG) $(CFLAGS_ALL) $(LDFLAGS) -Wl,-z,nodelete -o $@ $^ $(LIBS)

# The stand-in for a drive's node inside other programs, see c/preload/preload.h: nothing but
# the C library, no sanitizer, no fortified calls (it defines what they would call).
$(PRELOAD): $(wildcard c/preload/*.[ch]) c/vdrive/message.h Makefile
	@mkdir -p $(@D)
	$(CC) -shared -Ic -D_GNU_SOURCE $(WARN) -O2 -g -U_FORTIFY_SOURCE -fPIC -fvisibility=hidden \
	  -Wl,-z,defs -Wl,--as-needed -o $@ $(filter %.c,$^)

# One cmocka program for each spec/c/LAYER/NAME_test.c, linked with its layer and those below only.
c_tests = $(patsubst spec/c/%.c,$(BUILD)/spec/%,$(wildcard spec/c/$(1)/*_test.c))
define layer_tests
.PHONY: test-c-$(1)
$(BUILD)/spec/$(1)/%_test: spec/c/$(1)/%_test.c $(foreach l,$(1) $(needs_$(1)),$(call objects,$(l)))
	@mkdir -p $$(@D)
	$$(CC) $$(CPPFLAGS_ALL) -Ispec/c $$(CFLAGS_ALL) $$(LDFLAGS) -MMD -MP -MF $$@.d -o $$@ $$(filter %.c %.o,$$^) -lcmocka $$(LIBS)
test-c-$(1): $$(call c_tests,$(1))
	@for t in $$^; do $$$$t || exit 1; done
endef
$(foreach l,$(LAYERS),$(eval $(call layer_tests,$(l))))

# spec/support/NAME.c: a Lua module for specs, `require "NAME"` there.
SUPPORT_MODULES = $(patsubst spec/support/%.c,$(BUILD)/spec/%.so,$(wildcard spec/support/*.c))
support: $(SUPPORT_MODULES)
$(BUILD)/spec/%.so: spec/support/%.c
	@mkdir -p $(@D)
	$(CC) $(LIBFLAG) $(CPPFLAGS_ALL) $(LUA_CFLAGS) $(CFLAGS_ALL) -fvisibility=default $(LDFLAGS) \
	  -Wl,-z,nodelete -Wl,--as-needed -o $@ $< $(LIBS) $(LIBS_$*)
LIBS_libdiscid = -ldiscid
# All of the C module once more; its requests for memory and threads pass starved.c.
wrapped = malloc calloc realloc strdup getline __getdelim open_memstream pthread_create
$(BUILD)/spec/starved.so: $(LIB_OBJECTS) $(LUA_OBJECTS)
LIBS_starved = $(LIB_OBJECTS) $(LUA_OBJECTS) $(wrapped:%=-Wl,--wrap=%) $(LIBS)

# Manual pages, completions, and the schema of the events, made of the programs' own definitions.
PROGRAMS = $(notdir $(wildcard scripts/*.lua))
man: all
	LUA_PATH='$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;' LUA_CPATH='$(abspath $(BUILD))/?.so;;' \
	  $(LUA) -e 'require "redbook.cli.pages" ("$(BUILD)", "$(PROGRAMS)")'

# An installed script knows where its modules lie, whatever the prefix. Not in a rock, which may be
# packed and go elsewhere: LuaRocks wraps scripts, and the wrappers know.
find_modules = package.path = "$(INST_LUADIR)/?.lua;$(INST_LUADIR)/?/init.lua;" .. package.path; \
  package.cpath = "$(INST_LIBDIR)/?.so;" .. package.cpath
install: all $(if $(ROCK),,install-pages)
	install -d '$(DESTDIR)$(INST_LIBDIR)/redbook' '$(DESTDIR)$(INST_BINDIR)'
	install -m 755 $(BUILD)/redbook/core.so '$(DESTDIR)$(INST_LIBDIR)/redbook/core.so'
	install -m 644 $(PRELOAD) '$(DESTDIR)$(INST_LIBDIR)/redbook/redbook-vdrive.so'
	for f in $(patsubst lua/%,%,$(LUA_MODULES)); do \
	  install -D -m 644 "lua/$$f" "$(DESTDIR)$(INST_LUADIR)/$$f" || exit 1; done
	for f in $(notdir $(wildcard scripts/*.lua)); do \
	  install -m 755 "scripts/$$f" '$(DESTDIR)$(INST_BINDIR)' && \
	  $(if $(ROCK),:,sed -i '1a $(find_modules)') "$(DESTDIR)$(INST_BINDIR)/$$f" || exit 1; done

# Not in a rock, which has no place for them.
SHARE = $(DESTDIR)$(INST_SHAREDIR)
install-pages: man
	install -d '$(SHARE)/man/man1' '$(SHARE)/bash-completion/completions' \
	  '$(SHARE)/zsh/site-functions' '$(SHARE)/fish/vendor_completions.d' '$(SHARE)/doc/redbook'
	install -m 644 $(PROGRAMS:%=$(BUILD)/man/%.1) '$(SHARE)/man/man1'
	install -m 644 $(PROGRAMS:%=$(BUILD)/bash/%) '$(SHARE)/bash-completion/completions'
	install -m 644 $(PROGRAMS:%=$(BUILD)/zsh/_%) '$(SHARE)/zsh/site-functions'
	install -m 644 $(PROGRAMS:%=$(BUILD)/fish/%.fish) '$(SHARE)/fish/vendor_completions.d'
	install -m 644 README.md rockspec/CHANGELOG.md $(BUILD)/doc/events.md \
	  $(BUILD)/doc/events.schema.json '$(SHARE)/doc/redbook'

# What is there by one of our names; folders that others use, too, stay.
uninstall:
	rm -rf '$(DESTDIR)$(INST_LUADIR)/redbook' '$(DESTDIR)$(INST_LIBDIR)/redbook' '$(SHARE)/doc/redbook'
	for f in $(PROGRAMS); do rm -f "$(DESTDIR)$(INST_BINDIR)/$$f" "$(SHARE)/man/man1/$$f.1" \
	  "$(SHARE)/bash-completion/completions/$$f" "$(SHARE)/zsh/site-functions/_$$f" \
	  "$(SHARE)/fish/vendor_completions.d/$$f.fish" || exit 1; done

env:
	@echo "LUA_PATH='$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;'" \
	      "LUA_CPATH='$(abspath $(BUILD))/?.so;;'"

clean:
	rm -rf $(BUILD)

include spec/support/check.mk
-include $(wildcard $(BUILD)/obj/*/*.d $(BUILD)/spec/*/*.d)
