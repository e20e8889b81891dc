# redbook: build, test, lint. `make demo` and `make test` do all their set-up themselves.

LUA     ?= lua5.4
BUILD   ?= build
CC      ?= gcc
CFLAGS  ?= -O2 -g
WARN     = -std=gnu17 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
           -Wmissing-prototypes -Wvla -Werror
PKGS     = sndfile soxr libcdio
CPPFLAGS_ALL = -Ic -D_GNU_SOURCE $(shell pkg-config --cflags $(PKGS)) $(CPPFLAGS)
LUA_CFLAGS  ?= $(shell pkg-config --cflags lua5.4)
CFLAGS_ALL   = $(WARN) $(CFLAGS) -fPIC -fvisibility=hidden -pthread
LIBS         = $(shell pkg-config --libs $(PKGS)) -lm -pthread $(LDLIBS)

LAYERS = base mmc virtual drive audio burn
needs_base    =
needs_mmc     = base
needs_virtual = mmc base
needs_drive   = virtual mmc base
needs_audio   = base
needs_burn    = audio drive virtual mmc base

objects = $(patsubst c/%.c,$(BUILD)/obj/%.o,$(wildcard c/$(1)/*.c))
LIB_OBJECTS = $(foreach l,$(LAYERS),$(call objects,$(l)))
LUA_OBJECTS = $(call objects,lua)

all: $(BUILD)/redbook/core.so

$(BUILD)/obj/lua/%.o: CPPFLAGS_ALL += $(LUA_CFLAGS) -I$(BUILD)
$(BUILD)/obj/%.o: c/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

$(BUILD)/redbook/core.so: $(LIB_OBJECTS) $(LUA_OBJECTS)
	@mkdir -p $(@D)
	$(CC) -shared $(CFLAGS_ALL) $(LDFLAGS) -Wl,-z,nodelete -o $@ $^ $(LIBS)

# One cmocka program for each spec/c/LAYER/NAME_test.c, linked with its layer and those below only.
define layer_tests
$(BUILD)/spec/$(1)/%_test: spec/c/$(1)/%_test.c $(foreach l,$(1) $(needs_$(1)),$(call objects,$(l)))
	@mkdir -p $$(@D)
	$(CC) $(CPPFLAGS_ALL) -Ispec/c $(CFLAGS_ALL) $(LDFLAGS) -o $$@ $$^ -lcmocka $(LIBS)
test-c-$(1): $(patsubst spec/c/%.c,$(BUILD)/spec/%,$(wildcard spec/c/$(1)/*_test.c))
	@for t in $$^; do $$$$t || exit 1; done
endef
$(foreach l,$(LAYERS),$(eval $(call layer_tests,$(l))))

-include $(wildcard $(BUILD)/obj/*/*.d)
