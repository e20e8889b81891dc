# Tests, lint and their helpers; included by the Makefile.
#
# Every program's result is a TAP file under $(BUILD)/results/PASS/, counted by tally.lua.

# Tests wait for clocks and drives half of their time.
JOBS         ?= $(shell expr $$(nproc 2>/dev/null || echo 2) \* 3 / 2)
FUZZ_SECONDS ?= 60
RESULTS      ?= $(BUILD)/results/plain
RUNNER       ?=
LUA_RUNNER   ?= $(RUNNER)
# --ignore-lua: busted would start itself again, through a sh that dies of TSan's library.
BUSTED       ?= $(LUA) $(shell command -v busted) --ignore-lua -o TAP
TAP           = spec/support/tap.sh
SETUP         = spec/support/setup.sh
AGAIN         = $(MAKE) --no-print-directory -s
TALLY         = $(LUA) spec/support/tally.lua
# The scripts of a checkout look for core.so in $$REDBOOK_BUILD.
REDBOOK_BUILD = $(abspath $(BUILD))
export BUILD REDBOOK_BUILD LUA

.PHONY: test test-long lint asan tsan valgrind fuzz bench bench-programs coverage doc format \
        check-pass check-c check-lua c-tests pass-plain pass-asan pass-tsan pass-valgrind pass-long \
        check-all check-long check-lint check-fuzz check-demo check-coverage check-doc

# --- Unit tests (spec/c) and specs, one TAP file each --------------------------------------------

C_LAYERS ?= $(LAYERS)
C_TESTS = $(foreach l,$(C_LAYERS),$(call c_tests,$(l)))
SPECS  ?= $(sort $(shell find spec -name '*_spec.lua'))
THREADS = $(sort $(shell grep -rl --include='*_spec.lua' '\#threads' spec))
LONG    = $(sort $(shell grep -rl --include='*_spec.lua' '\#long' spec))
# These look at the tree and at an installation, not at the code that runs.
OUTSIDE = spec/install/% spec/project/%

c-tests: $(C_TESTS)
# That all compiles counts as one result, so that a broken build cannot pass unseen.
check-pass:
	+@TEST_TIMEOUT=1800 $(TAP) -1 $(RESULTS)/build.tap 'build $(RESULTS)' $(AGAIN) -k all support c-tests
	+@$(AGAIN) -k check-c check-lua
check-c: $(patsubst $(BUILD)/spec/%,$(RESULTS)/c/%.tap,$(C_TESTS))
check-lua: $(patsubst spec/%.lua,$(RESULTS)/%.tap,$(SPECS))

$(RESULTS)/c/%.tap: $(BUILD)/spec/%
	@$(TAP) $@ 'c/$*' $(RUNNER) $<
$(RESULTS)/%_spec.tap: spec/%_spec.lua all support
	@$(TAP) $@ '$*_spec $(SPEC_TAGS)' $(LUA_RUNNER) $(BUSTED) $(SPEC_TAGS) $<

# --- Passes: the same tests in another build or under another eye --------------------------------

san_flags = -O1 -g -fno-omit-frame-pointer
preload   = LD_PRELOAD=$$($(CC) -print-file-name=lib$(1).so) \
  REDBOOK_PRELOAD=$$($(CC) -print-file-name=lib$(1).so)
ASAN_ENV  = ASAN_OPTIONS=abort_on_error=0:detect_stack_use_after_return=0 \
  UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
TSAN_ENV  = TSAN_OPTIONS=halt_on_error=0:exitcode=66:second_deadlock_stack=1
# TSan of GCC 12 needs the address space that old kernels gave.
TSAN_RUN  = setarch -R env $(TSAN_ENV)
VALGRIND  = valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
  --keep-debuginfo=yes --fair-sched=yes --suppressions=$(CURDIR)/spec/support/valgrind.supp

pass-plain:
	+@$(AGAIN) check-pass RESULTS=$(BUILD)/results/plain
pass-asan:
	+@$(AGAIN) check-pass BUILD=$(BUILD)/asan RESULTS=$(BUILD)/results/asan \
	  CFLAGS='$(san_flags) -fsanitize=address,undefined -fno-sanitize-recover=all' \
	  SPECS='$(filter-out $(OUTSIDE),$(SPECS))' \
	  RUNNER="env $(ASAN_ENV)" LUA_RUNNER="env $(ASAN_ENV) $(call preload,asan)"
pass-tsan:
	+@$(AGAIN) check-pass BUILD=$(BUILD)/tsan RESULTS=$(BUILD)/results/tsan \
	  CFLAGS='$(san_flags) -fsanitize=thread' SPECS='$(THREADS)' SPEC_TAGS='-t threads' \
	  C_LAYERS='vdrive drive burn' \
	  RUNNER="$(TSAN_RUN)" LUA_RUNNER="$(TSAN_RUN) $(call preload,tsan)"
pass-valgrind:
	+@TEST_TIMEOUT=1500 $(AGAIN) check-pass RESULTS=$(BUILD)/results/valgrind \
	  SPECS='$(filter-out $(OUTSIDE),$(SPECS))' RUNNER="$(VALGRIND)"
pass-long:
	+@TEST_TIMEOUT=1500 $(AGAIN) check-lua RESULTS=$(BUILD)/results/long SPECS='$(LONG)' \
	  SPEC_TAGS='--run=long'

test:
	@$(SETUP) test
	+@$(AGAIN) check-all
check-all:
	@rm -rf $(foreach p,plain asan tsan,$(BUILD)/results/$(p))
	+@$(AGAIN) -k -j$(JOBS) pass-plain pass-asan pass-tsan
	@$(TALLY) $(foreach p,plain asan tsan,$(BUILD)/results/$(p))

test-long:
	@$(SETUP) test long
	+@$(AGAIN) check-all check-long
check-long:
	@rm -rf $(foreach p,long valgrind fuzz,$(BUILD)/results/$(p))
	+@$(AGAIN) -k -j$(JOBS) pass-long pass-valgrind check-fuzz
	@$(TALLY) $(foreach p,plain asan tsan long valgrind fuzz,$(BUILD)/results/$(p))

asan tsan valgrind:
	@$(SETUP) test long
	@rm -rf $(BUILD)/results/$@
	+@$(AGAIN) -k -j$(JOBS) pass-$@
	@$(TALLY) $(BUILD)/results/$@

# --- Fuzzers: spec/fuzz/NAME.c with libFuzzer, seeds in spec/fuzz/NAME/ --------------------------

FUZZERS = $(patsubst spec/fuzz/%.c,%,$(wildcard spec/fuzz/*.c))
# These drive Lua code with an interpreter of their own, the core linked in.
LUA_FUZZERS = $(patsubst spec/fuzz/%.c,%,$(shell grep -l '"lua_world.h"' spec/fuzz/*.c))
fuzz_flags = $(san_flags) -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

fuzz:
	@$(SETUP) long
	@rm -rf $(BUILD)/results/fuzz
	+@$(AGAIN) -k -j$(JOBS) check-fuzz
	@$(TALLY) $(BUILD)/results/fuzz
check-fuzz:
	+@$(AGAIN) $(FUZZERS:%=fuzz-%) BUILD=$(BUILD)/fuzz RESULTS=$(BUILD)/results/fuzz CC=clang \
	  CFLAGS='$(fuzz_flags)'
$(LUA_FUZZERS:%=$(BUILD)/fuzzers/%): CPPFLAGS_ALL += $(LUA_CFLAGS)
$(LUA_FUZZERS:%=$(BUILD)/fuzzers/%): $(LUA_OBJECTS)
$(LUA_FUZZERS:%=$(BUILD)/fuzzers/%): LDLIBS += $(or $(call pkg,--libs lua5.4),-llua5.4)
$(BUILD)/fuzzers/%: spec/fuzz/%.c $(LIB_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -fsanitize=fuzzer -o $@ $^ $(LIBS)
fuzz-%: $(BUILD)/fuzzers/%
	@mkdir -p $(BUILD)/corpus/$*
	@TEST_TIMEOUT=$$(($(FUZZ_SECONDS) + 120)) $(TAP) -1 $(RESULTS)/$*.tap 'fuzz $*' \
	  $< -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$(BUILD)/ \
	  $(BUILD)/corpus/$* $(wildcard spec/fuzz/$*/)

# --- Lint: each step is a target run-STEP and counts as one --------------------------------------

C_FILES   = $(sort $(shell find c scripts spec -name '*.[ch]' 2>/dev/null))
LUA_FILES = $(sort $(shell find c lua scripts spec -name '*.lua' 2>/dev/null))
ROCKSPEC  = rockspec/redbook-scm-1.rockspec
LINTS = gcc clang format tidy cppcheck luacheck lua5.4 lua5.1 layers rockspec length paths shell

lint:
	@$(SETUP) lint
	+@$(AGAIN) check-lint
check-lint:
	@rm -rf $(BUILD)/results/lint
	+@TEST_TIMEOUT=1800 $(AGAIN) -k -j$(JOBS) $(LINTS:%=lint-%)
	@$(TALLY) $(BUILD)/results/lint
lint-%:
	+@$(TAP) -1 $(BUILD)/results/lint/$*.tap 'lint $*' $(AGAIN) run-$*

run-gcc:
	+@$(AGAIN) all support c-tests bench-programs
run-clang:
	+@$(AGAIN) BUILD=$(BUILD)/clang CC=clang CFLAGS=-O0 all support c-tests bench-programs
run-format:
	clang-format --dry-run --Werror $(C_FILES)
run-tidy: $(patsubst %,tidy/%,$(filter %.c,$(C_FILES)))
tidy/%: $(BUILD)/chunk.h
	clang-tidy -quiet $* -- -std=gnu17 $(CPPFLAGS_ALL) $(LUA_CFLAGS) -I$(BUILD) -Ispec/c
run-cppcheck: $(BUILD)/chunk.h
	cppcheck -q --std=c11 --enable=warning,performance,portability,style --inline-suppr \
	  --error-exitcode=1 --suppress=missingIncludeSystem -Ic -I$(BUILD) c
run-luacheck:
	luacheck -q --no-color c lua scripts spec .busted .luacheckrc $(ROCKSPEC)
run-lua5.4:
	for f in $(LUA_FILES); do luac5.4 -p "$$f" || exit 1; done
run-lua5.1:
	for f in scripts/*.lua; do luac5.1 -p "$$f" || exit 1; done
run-layers:
	$(LUA) spec/support/layers.lua c
run-rockspec:
	luarocks --lua-version=5.4 lint $(ROCKSPEC)
run-length: # lua/meta/ holds declarations, no code
	wc -l $(C_FILES) $(filter-out lua/meta/%,$(LUA_FILES)) | awk '$$2 != "total" && $$1 > 450 \
	  { print $$2 ": " $$1 " lines, more than 450"; bad = 1 } END { exit bad }'
run-paths:
	! grep -rnIE '(^|[^[:alnum:]_.])/(work|root)/' --exclude-dir=.git --exclude-dir=build .
run-shell:
	shellcheck .ci/run $(shell find spec scripts -name '*.sh')

# --- The rest ------------------------------------------------------------------------------------

demo:
	@$(SETUP) run
	+@$(AGAIN) all
	@$(LUA) spec/support/demo.lua $(BUILD)/demo

# --- Benchmarks: spec/bench/NAME.lua, `make bench BENCH="NAME ..."` chooses -----------------------

BENCH ?= quality render burn drives copies memory startup
BENCH_PROGRAMS = $(patsubst spec/bench/%.c,$(BUILD)/bench/%,$(wildcard spec/bench/*.c))
$(BUILD)/bench/%: spec/bench/%.c $(call objects,audio) $(call objects,base)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS) -MMD -MP -MF $@.d -o $@ $(filter %.c %.o,$^) $(LIBS)

bench-programs: $(BENCH_PROGRAMS)
bench:
	@$(SETUP) test bench
	+@$(AGAIN) all support $(BENCH_PROGRAMS)
	@bad=; for b in $(BENCH); do $(LUA) -lspec.helper spec/bench/$$b.lua || bad="$$bad $$b"; done; \
	  [ -z "$$bad" ] || { echo "failed:$$bad" >&2; exit 1; }

coverage:
	@$(SETUP) coverage
	+@$(AGAIN) check-coverage
check-coverage:
	@rm -rf $(BUILD)/cov/lua $(BUILD)/results/coverage; mkdir -p $(BUILD)/cov/lua
	@find $(BUILD)/cov -name '*.gcda' -delete
	+@LUA_INIT_5_4="@$(CURDIR)/spec/support/coverage.lua" REDBOOK_COVERAGE=$(abspath $(BUILD)/cov/lua) \
	  $(AGAIN) -k -j$(JOBS) check-c check-lua BUILD=$(BUILD)/cov RESULTS=$(BUILD)/results/coverage \
	  CFLAGS='-O0 -g --coverage -fprofile-update=atomic' SPECS='$(filter-out $(OUTSIDE),$(SPECS))'
	@gcovr -r . --filter c/ $(BUILD)/cov/obj
	@$(LUA) spec/support/coverage.lua $(BUILD)/cov/lua lua scripts c/lua

doc:
	@$(SETUP) doc
	+@$(AGAIN) check-doc
# LDoc must read core.c, which has the module, before files with @submodule.
DOCUMENTED = c/lua/core.c $(filter-out c/lua/core.c,$(sort $(wildcard c/lua/*.c)))
check-doc: man
	@{ cat spec/support/config.ld; echo 'file = {'; \
	  printf '"%s",\n' $(abspath $(DOCUMENTED)); echo '}'; } > $(BUILD)/config.ld
	@ldoc -q --fatalwarnings -c $(BUILD)/config.ld -d $(abspath $(BUILD)/doc) . > $(BUILD)/doc.log 2>&1 \
	  || { cat $(BUILD)/doc.log; exit 1; }

format:
	clang-format -i $(C_FILES)
