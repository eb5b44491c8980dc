# Hansho: one Makefile, not recursive. `make help` lists what it can do.
# Everything that is made lies under build/: build/gen (generated sources), build/$(MODE) (objects, programs).

MODE ?= debug
# V=1 shows the commands
Q := $(if $(V),,@)
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := build

OUT := build/$(MODE)
BIN := $(OUT)/bin
GEN := build/gen
CC := gcc
PY := /usr/bin/python3

# ---- flags ----
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wvla -Wformat=2 -Werror
MODE_debug := -O1 -g3
MODE_release := -O2 -g -DNDEBUG -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
MODE_asan := -O1 -g3 -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
MODE_tsan := -O1 -g3 -fsanitize=thread
MODE_cov := -O0 -g3 --coverage
ifeq ($(MODE_$(MODE)),)
$(error MODE is one of debug release asan tsan cov)
endif
LDMODE_release := -pie -Wl,-z,relro,-z,now
LDMODE_asan := -fsanitize=address,undefined
LDMODE_tsan := -fsanitize=thread
LDMODE_cov := --coverage
PKGS := libwebsockets libuv liburing libxml-2.0 libprotobuf-c sqlite3 libzstd jansson yaml-0.1 libcurl libcrypto libssl
# Of the gate alone: linked only into what uses them.
PKGS_GATE := xmlsec1-openssl libutf8proc
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) $(PKGS_GATE) 2>/dev/null)
CFLAGS_ALL = -std=gnu17 -D_GNU_SOURCE $(MODE_$(MODE)) $(WARN) -I. $(patsubst -I%,-isystem %,$(PKG_CFLAGS)) -MMD -MP
LIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lnng -lpthread -lm \
	-Wl,--push-state,--as-needed $(shell pkg-config --libs $(PKGS_GATE) 2>/dev/null) -lgeos_c -Wl,--pop-state

# ---- sources: a folder is a library, its main.c (or <name>.c of an adapter with a main) a program ----
LIB_DIRS := hub/base schemas hub/gate hub/core hub/rehearse hub/feed hub/cli adapters/runtime adapters/broadcaster adapters/telecom adapters/signage adapters/jalert sim
lib_of = $(OUT)/lib/$(subst /,-,$(1)).a
srcs_of = $(filter-out %/main.c,$(wildcard $(1)/*.c))
GEN_PB := $(GEN)/schemas/notice.pb-c.c $(GEN)/schemas/link.pb-c.c
GEN_TABLES := $(GEN)/schemas/tables_data.c
ASSET_DIRS := $(wildcard hub/*/assets adapters/*/assets)
GEN_ASSETS := $(patsubst %/assets,$(GEN)/%/assets.c,$(ASSET_DIRS))
GEN_HEADERS := $(GEN_PB:.c=.h)

# program name : folder
PROGRAMS := hansho-gate:hub/gate hansho-hub:hub/core hansho-feed:hub/feed hansho:hub/cli hansho-sim:sim \
	hansho-broadcaster:adapters/broadcaster hansho-telecom:adapters/telecom hansho-signage:adapters/signage hansho-jalert:adapters/jalert
prog_name = $(word 1,$(subst :, ,$(1)))
prog_dir = $(word 2,$(subst :, ,$(1)))
PROGRAM_BINS := $(foreach p,$(PROGRAMS),$(if $(wildcard $(call prog_dir,$(p))/main.c),$(BIN)/$(call prog_name,$(p))))
ALL_LIBS := $(foreach d,$(LIB_DIRS),$(call lib_of,$(d)))

# ---- help ----
.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 26
	@echo "  MODE=debug|release|asan|tsan|cov chooses the build; now: $(MODE)"

# ---- packages ----
.PHONY: deps
deps: build/.packages ## install missing Debian packages of deploy/packages.txt
build/.packages: deploy/packages.txt deploy/install-packages.sh
	@mkdir -p build
	deploy/install-packages.sh deploy/packages.txt
	@touch $@

# ---- build ----
.PHONY: build
build: deps ## build all programs
	@$(MAKE) --no-print-directory programs
.PHONY: programs
programs: $(PROGRAM_BINS) $(ALL_LIBS)

$(GEN)/%.pb-c.c $(GEN)/%.pb-c.h: %.proto
	@mkdir -p $(GEN)
	$(Q)protoc-c -I. --c_out=$(GEN) $<
# link.pb-c includes "schemas/notice.pb-c.h", which is found by -I$(GEN)
$(GEN)/schemas/link.pb-c.c $(GEN)/schemas/link.pb-c.h: schemas/notice.proto
$(GEN_TABLES): $(wildcard schemas/gen/*tables*.py) $(wildcard schemas/tables/*.csv)
	@mkdir -p $(dir $@)
	$(Q)$(PY) -B schemas/gen/tables.py schemas/tables $@
# Words of screens; what nobody reviewed is left out.
GEN_TERMS := $(GEN)/adapters/signage/terms.c
$(GEN_TERMS): schemas/gen/terms.py adapters/signage/terms.csv
	@mkdir -p $(dir $@)
	$(Q)$(PY) -B schemas/gen/terms.py adapters/signage/terms.csv $@
# The characters of MS932, from Python's codec.
GEN_MS932 := $(GEN)/adapters/telecom/ms932_data.c
$(GEN_MS932): schemas/gen/ms932.py
	@mkdir -p $(dir $@)
	$(Q)$(PY) -B schemas/gen/ms932.py $@
# Libraries of the player, by the lock file, in one file; what it does not use is left out.
PLAYER := adapters/signage/player
build/player/node_modules/.package-lock.json: $(addprefix $(PLAYER)/,package.json package-lock.json .npmrc)
	@mkdir -p build/player
	$(Q)cp $^ build/player/
	$(Q)cd build/player && npm ci --silent
	@touch $@
build/player/lib.js: $(PLAYER)/lib.js build/player/node_modules/.package-lock.json
	$(Q)cp $< build/player/index.js
	$(Q)cd build/player && node_modules/.bin/esbuild index.js --bundle --format=esm --minify --target=chrome105 --legal-comments=inline \
		--log-level=warning --outfile=lib.new.js && mv lib.new.js lib.js
# What is embedded beside the folder's own files.
EXTRA_adapters/signage := build/player/lib.js $(wildcard adapters/signage/map/*.json)
define ASSET_RULE
$(GEN)/$(1)/assets.c: schemas/gen/embed.py $$(wildcard $(1)/assets/*) $$(EXTRA_$(1))
	@mkdir -p $$(dir $$@)
	$(Q)$(PY) schemas/gen/embed.py $(1)/assets $$@ $$(EXTRA_$(1))
endef
$(foreach d,$(patsubst %/assets,%,$(ASSET_DIRS)),$(eval $(call ASSET_RULE,$(d))))

# Generated C is not ours to warn about.
$(OUT)/$(GEN)/%.o: $(GEN)/%.c | $(GEN_HEADERS)
	@mkdir -p $(dir $@)
	$(Q)$(CC) -std=gnu17 $(MODE_$(MODE)) -I. -I$(GEN) -MMD -MP -c $< -o $@
$(OUT)/%.o: %.c | $(GEN_HEADERS)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(CFLAGS_ALL) -isystem $(GEN) -c $< -o $@

objs_of = $(patsubst %.c,$(OUT)/%.o,$(call srcs_of,$(1))) \
	$(if $(wildcard $(1)/assets),$(OUT)/$(GEN)/$(1)/assets.o) \
	$(if $(filter schemas,$(1)),$(patsubst %.c,$(OUT)/%.o,$(GEN_PB) $(GEN_TABLES))) \
	$(if $(filter adapters/signage,$(1)),$(OUT)/$(GEN_TERMS:.c=.o)) \
	$(if $(filter adapters/telecom,$(1)),$(OUT)/$(GEN_MS932:.c=.o))
define LIB_RULE
$(call lib_of,$(1)): $(call objs_of,$(1))
	@mkdir -p $$(dir $$@)
	@rm -f $$@
	$(Q)ar rcs $$@ $$^
endef
$(foreach d,$(LIB_DIRS),$(eval $(call LIB_RULE,$(d))))
define PROGRAM_RULE
$(BIN)/$(call prog_name,$(1)): $(OUT)/$(call prog_dir,$(1))/main.o $(ALL_LIBS)
	@mkdir -p $$(dir $$@)
	$(Q)$(CC) $(LDMODE_$(MODE)) $$< -Wl,--start-group $(ALL_LIBS) -Wl,--end-group $$(LIBS) -o $$@
endef
$(foreach p,$(PROGRAMS),$(eval $(call PROGRAM_RULE,$(p))))

# ---- tests ----
UNIT_SRCS := $(shell find tests/unit tests/simulation -name '*_test.c' 2>/dev/null)
UNIT_BINS := $(patsubst %.c,$(OUT)/%,$(UNIT_SRCS))
# A __wrap_hs_f that a test defines stands before hs_f (tests/simulation/mutants_test.c).
wraps_of = $(shell sed -nE 's/^__wrap_(hs_[a-z0-9_]+).*/-Wl,--wrap=\1/p' $(1))
$(OUT)/tests/%_test: $(OUT)/tests/%_test.o $(ALL_LIBS)
	$(Q)$(CC) $(LDMODE_$(MODE)) $(call wraps_of,tests/$*_test.c) $< -Wl,--start-group $(ALL_LIBS) -Wl,--end-group $(LIBS) -lcmocka -o $@
.PHONY: unit-programs
unit-programs: $(UNIT_BINS)
$(GEN)/python/schemas/link_pb2.py: schemas/notice.proto schemas/link.proto
	@mkdir -p $(GEN)/python
	$(Q)protoc -I. --python_out=$(GEN)/python schemas/notice.proto schemas/link.proto
.PHONY: python-messages
python-messages: $(GEN)/python/schemas/link_pb2.py

# Packages of npm for the browser tests, by the lock file; never a browser: that is Debian's.
.PHONY: browser-packages
browser-packages: build/browser/node_modules/.package-lock.json
build/browser/node_modules/.package-lock.json: $(addprefix tests/browser/,package.json package-lock.json .npmrc)
	@mkdir -p build/browser
	$(Q)cp $^ build/browser/
	$(Q)cd build/browser && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent
	@touch $@

.PHONY: test
test: deps ## every test that CI runs; last line: N passed, N failed
	@$(PY) tests/run.py
.PHONY: lint
lint: deps ## include direction, whitelist of headers, sizes, format
	@$(PY) tests/lint/lint.py
.PHONY: unit
unit: deps ## unit and simulation tests only
	@$(PY) tests/run.py unit:$(MODE)
.PHONY: e2e
e2e: deps ## end-to-end tests only
	@$(PY) tests/run.py e2e:$(MODE)
# HS_SEED=17 make simulate: only that seed, with what failed.
SEEDS ?= 10000
.PHONY: simulate
simulate: deps ## SEEDS (10000) runs of the simulation, built for speed; a seed that fails is named
	@$(MAKE) --no-print-directory MODE=release build/release/tests/simulation/core_test
	@HS_SEEDS=$(SEEDS) build/release/tests/simulation/core_test
.PHONY: browser
browser: deps ## form and screens in a real browser only
	@$(PY) tests/run.py browser:$(MODE)
.PHONY: check-all
check-all: deps ## make test, then the same under ASan+UBSan in full, the TSan build of the unit tests, clang-tidy, cppcheck
	@tests/check-all.sh
.PHONY: format
format: ## clang-format over all C files
	clang-format -i $$(git ls-files '*.c' '*.h')
.PHONY: bench
bench: deps ## the figures of tests/bench/
	@$(MAKE) --no-print-directory MODE=release programs bench-programs python-messages
	@tests/bench/run.sh
# Fan-out beside other servers (tests/bench/peers/measure.py). MODES, PEERS, SUBSCRIBERS and PAIRS take a part of it, whose
# cells replace those of an earlier run; DOCS= leaves the page alone.
MODES ?= one,two,tls,classes
PEERS ?= all
DOCS ?= docs/performance.md
.PHONY: bench-peers
bench-peers: deps build/.packages-peers ## Hansho beside nchan, NATS, mosquitto, ws, uWebSockets and the floor: table and plot into docs/
	@$(MAKE) --no-print-directory MODE=release programs bench-programs python-messages peer-packages
	@$(PY) -B tests/bench/peers/measure.py --modes $(MODES) --peers $(PEERS) $(if $(SUBSCRIBERS),--subscribers $(SUBSCRIBERS)) $(if $(PAIRS),--pairs $(PAIRS)) || failed=1; \
		$(PY) -B tests/bench/peers/report.py $(if $(DOCS),--docs $(DOCS) --plot $(dir $(DOCS))peers.svg); exit $${failed:-0}
build/.packages-peers: deploy/packages.txt deploy/install-packages.sh
	@mkdir -p build
	deploy/install-packages.sh deploy/packages.txt peers
	@touch $@
# Packages of npm for the broadcasters, by the lock file.
.PHONY: peer-packages
peer-packages: build/peers/node_modules/.package-lock.json
build/peers/node_modules/.package-lock.json: $(addprefix tests/bench/peers/,package.json package-lock.json .npmrc)
	@mkdir -p build/peers
	$(Q)cp $^ build/peers/
	$(Q)cd build/peers && npm ci --silent
	@touch $@
# Fuzzers are built by clang, with coverage inside our own code.
FUZZ_SECONDS ?= 600
FUZZ_CC := clang -std=gnu17 -D_GNU_SOURCE -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZERS := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZ_SRCS := $(filter-out %/main.c,$(wildcard hub/base/*.c schemas/*.c hub/gate/*.c hub/core/*.c)) \
	$(GEN_PB) $(GEN_TABLES) $(GEN)/hub/gate/assets.c
FUZZ_OBJS := $(patsubst %.c,build/fuzz/obj/%.o,$(FUZZ_SRCS))
build/fuzz/obj/%.o: %.c | $(GEN_HEADERS)
	@mkdir -p $(dir $@)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer-no-link -I. -isystem $(GEN) $(PKG_CFLAGS) -MMD -MP -c $< -o $@
build/fuzz/%: build/fuzz/obj/tests/fuzz/%.o $(FUZZ_OBJS)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer $^ $(LIBS) -o $@
-include $(wildcard build/fuzz/obj/*/*.d build/fuzz/obj/*/*/*.d)
.PHONY: fuzzers
fuzzers: $(FUZZERS)
.PHONY: fuzz
fuzz: deps fuzzers ## fuzz each of tests/fuzz/ for FUZZ_SECONDS (600)
	@for fuzzer in $(FUZZERS); do mkdir -p $$fuzzer.corpus; \
		$$fuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -rss_limit_mb=4096 -print_final_stats=1 $$fuzzer.corpus tests/fuzz/seeds; done

# Programs with other rule tables, for the test of their activation: TABLES is a folder like schemas/tables, CHANGED
# where they go. The objects are those of $(OUT); the changed tables stand in front of their library.
CHANGED_BINS := hansho hansho-hub hansho-gate
.PHONY: changed-tables
changed-tables: $(addprefix $(BIN)/,$(CHANGED_BINS))
	@mkdir -p $(CHANGED)
	$(Q)$(PY) -B schemas/gen/tables.py $(TABLES) $(CHANGED)/tables_data.c
	$(Q)$(CC) -std=gnu17 $(MODE_$(MODE)) -I. -I$(GEN) -c $(CHANGED)/tables_data.c -o $(CHANGED)/tables_data.o
	$(Q)$(foreach p,$(filter $(addsuffix :%,$(CHANGED_BINS)),$(PROGRAMS)),$(CC) $(LDMODE_$(MODE)) \
		$(OUT)/$(call prog_dir,$(p))/main.o $(CHANGED)/tables_data.o -Wl,--start-group $(ALL_LIBS) -Wl,--end-group \
		$(LIBS) -o $(CHANGED)/$(call prog_name,$(p)) &&) true

BENCH_BINS := $(patsubst %.c,$(OUT)/%,$(wildcard tests/bench/*_bench.c tests/bench/peers/*_bench.c))
.PHONY: bench-programs
bench-programs: $(BENCH_BINS)
$(OUT)/tests/bench/%_bench: $(OUT)/tests/bench/%_bench.o $(ALL_LIBS)
	$(Q)$(CC) $(LDMODE_$(MODE)) $< -Wl,--start-group $(ALL_LIBS) -Wl,--end-group $(LIBS) -o $@

# ---- use ----
.PHONY: run
run: build ## start everything on loopback in drill mode with a small drill; Ctrl-C stops all
	@$(BIN)/hansho up
PREFIX ?= /usr/local
.PHONY: install
install: ## programs into PREFIX/bin (build with MODE=release), units and example configurations
	@$(MAKE) --no-print-directory MODE=release build
	@deploy/install.sh "$(DESTDIR)$(PREFIX)"
.PHONY: docs
docs: build ## man pages and bash completion, from what the programs say of themselves, into build/docs
	@deploy/gen/man.py $(BIN) build/docs
.PHONY: clean
clean: ## remove build/
	rm -rf build

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
