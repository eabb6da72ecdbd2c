# backpropd. `make help` lists what there is to make.

CONFIG ?= release
CC ?= gcc
CXX ?= g++
PREFIX ?= /usr/local
DESTDIR ?=
PYTHON ?= /usr/bin/python3

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := g++
endif

CONFIGS := release debug asan tsan cov fuzz
ifeq ($(filter $(CONFIG),$(CONFIGS)),)
$(error CONFIG is one of: $(CONFIGS); not "$(CONFIG)")
endif

BUILD := build/$(CONFIG)
VERSION := $(shell sed -n 's/^  version: *//p' openapi.yaml | head -n 1)
PACKAGES := libmicrohttpd jansson zlib

# --- flags ---------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wwrite-strings -Wundef -Werror
# Where the sources lie leaves no trace in what is built: make reproducible.
PLACE := "-ffile-prefix-map=$(CURDIR)=."
# Bits must not depend on the compiler: no fused multiply-add, and never -ffast-math.
NUMBERS := -ffp-contract=off
HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2
HARDENED_LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack

# in debug information and the build id, a path would tell one clone from another
FLAGS_release := -O2 -g $(HARDENING)
LINK_release := $(HARDENED_LINK)
FLAGS_debug := -O0 -g3
FLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LINK_asan := -fsanitize=address,undefined
FLAGS_tsan := -O1 -g -fsanitize=thread
LINK_tsan := -fsanitize=thread
FLAGS_cov := -O0 -g --coverage -DNDEBUG
LINK_cov := --coverage
FLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
LINK_fuzz := -fsanitize=address,undefined

# Asked at first use: `make deps all` installs what is asked for only then.
PACKAGE_CFLAGS = $(eval PACKAGE_CFLAGS := $(filter-out -I/usr/include,$(shell \
	pkg-config --cflags $(PACKAGES) 2>/dev/null)))$(PACKAGE_CFLAGS)
PACKAGE_LIBS = $(eval PACKAGE_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null))$(PACKAGE_LIBS)

CPPFLAGS_ALL = -D_GNU_SOURCE -DBP_VERSION='"$(VERSION)"' -Iinclude -MMD -MP \
	$(PACKAGE_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL := -std=c11 $(WARNINGS) $(NUMBERS) $(PLACE) -pthread $(FLAGS_$(CONFIG)) $(CFLAGS)
CXXFLAGS_ALL := -std=c++17 -Wall -Wextra -Werror $(PLACE) $(FLAGS_$(CONFIG)) $(CXXFLAGS)
LDFLAGS_ALL := -pthread -static-libstdc++ -static-libgcc $(LINK_$(CONFIG)) $(LDFLAGS)
LIBS = $(PACKAGE_LIBS) -lm

# What installs comes first, with make -j too.
DEPS_FIRST := $(filter %deps,$(MAKECMDGOALS))
# Says in one line what is missing; in a tree without tests, nothing.
CHECK_DEPS = $(if $(wildcard tests/support/deps.sh),CC='$(CC)' CXX='$(CXX)' PYTHON='$(PYTHON)' sh tests/support/deps.sh check,:)

# --- what is made of what ------------------------------------------------------------------------

SOURCES := $(filter-out src/main.c,$(sort $(wildcard src/*.c src/*/*.c src/*/*/*.c src/*/*.cc))) build/files.c
OBJECTS := $(SOURCES:%=$(BUILD)/obj/%.o)
TESTS := $(sort $(wildcard tests/unit/*/test_*.c))
TEST_BINARIES := $(TESTS:%.c=$(BUILD)/%)

.PHONY: all
all: $(BUILD)/backpropd ## Build build/release/backpropd

$(BUILD)/backpropd: $(OBJECTS) $(BUILD)/obj/src/main.c.o
	@echo '  LINK    $@'
	@$(CXX) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(BUILD)/obj/%.c.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo '  CC      $<'
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c -o $@ $<

$(BUILD)/obj/%.cc.o: %.cc $(BUILD)/flags
	@mkdir -p $(@D)
	@echo '  CXX     $<'
	@$(CXX) $(CPPFLAGS_ALL) $(CXXFLAGS_ALL) -c -o $@ $<

# What the service serves as it is. A folder is newer than the table when a file has gone.
STATIC := $(sort $(wildcard src/examples/* src/page/*))
build/files.c: src/files.py openapi.yaml $(STATIC) $(wildcard src/examples src/page)
	@mkdir -p $(@D)
	@echo '  FILES   $@'
	@$(PYTHON) src/files.py openapi.yaml $(STATIC) >$@.new
	@mv $@.new $@

# Objects are made again when the flags change, and only then: not in a copy at another place.
$(BUILD)/flags: FORCE | $(DEPS_FIRST)
	@test -e $@ || $(CHECK_DEPS) build
	@mkdir -p $(@D)
	@echo '$(subst $(PLACE),,$(CC) $(CXX) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(CXXFLAGS_ALL) $(LDFLAGS_ALL))' >$@.new
	@cmp -s $@ $@.new && rm $@.new || mv $@.new $@
.PHONY: FORCE
FORCE:

-include $(OBJECTS:.o=.d) $(BUILD)/obj/src/main.c.d $(TEST_BINARIES:=.d)

# --- use -----------------------------------------------------------------------------------------

.PHONY: run
run: all ## Serve on 127.0.0.1:8080
	$(BUILD)/backpropd

.PHONY: demo
demo: all ## Print the worked solution of the textbook example
	@$(CHECK_DEPS) use && sh tests/support/demo.sh $(BUILD)/backpropd

# --- packaging -----------------------------------------------------------------------------------

UNITDIR ?= $(PREFIX)/lib/systemd/system
MANDIR ?= $(PREFIX)/share/man
UNITS := backpropd.service backpropd.socket
# The same sources make the same bytes: times are the last commit's, or without git the contract's.
ifndef SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH := $(shell git log -1 --format=%ct 2>/dev/null || stat -c %Y openapi.yaml)
endif
export SOURCE_DATE_EPOCH

# The flags are those of --help; the date is that of the sources, and may change when nothing else does.
$(BUILD)/backpropd.1: src/backpropd.1.in src/flags.1.awk $(BUILD)/backpropd FORCE
	@$(BUILD)/backpropd --help | awk -f src/flags.1.awk >$@.flags
	@sed -e '/^@FLAGS@$$/{r $@.flags' -e 'd}' \
		-e "s/@DATE@/$$(LC_ALL=C date -u -d @$(SOURCE_DATE_EPOCH) '+%B %-d, %Y')/" $< >$@

.PHONY: install
install: all $(BUILD)/backpropd.1 ## Install program, man page and systemd units below $(DESTDIR)$(PREFIX)
	install -D -m 755 $(BUILD)/backpropd $(DESTDIR)$(PREFIX)/bin/backpropd
	install -D -m 644 $(BUILD)/backpropd.1 $(DESTDIR)$(MANDIR)/man1/backpropd.1
	install -d $(DESTDIR)$(UNITDIR)
	@for unit in $(UNITS); do \
		sed 's|/usr/local/bin/|$(PREFIX)/bin/|' docker/systemd/$$unit >$(DESTDIR)$(UNITDIR)/$$unit; \
		chmod 644 $(DESTDIR)$(UNITDIR)/$$unit; \
		echo "$(DESTDIR)$(UNITDIR)/$$unit"; \
	done

.PHONY: uninstall
uninstall: ## Remove what install has put there
	rm -f $(DESTDIR)$(PREFIX)/bin/backpropd $(DESTDIR)$(MANDIR)/man1/backpropd.1 \
		$(UNITS:%=$(DESTDIR)$(UNITDIR)/%)

.PHONY: deb
deb: all $(BUILD)/backpropd.1 ## Build build/backpropd_VERSION_ARCH.deb
	@sh docker/debian/build.sh $(VERSION)

.PHONY: packaging-deps
packaging-deps: ## Install what the packaging tests need besides
	@sh tests/support/deps.sh packaging

.PHONY: packaging
packaging: deb ## Test the systemd units, install, the man page and the Debian package
	BACKPROPD=$(CURDIR)/$(BUILD)/backpropd node --test tests/deploy/packaging

.PHONY: restart
restart: all ## Restart under load, 100 times or RESTARTS=N, and lose no request
	BACKPROPD=$(CURDIR)/$(BUILD)/backpropd node tests/deploy/restart/restart.mjs

.PHONY: proxy-deps
proxy-deps: deps ## Install what the tests behind proxies need besides: nginx, HAProxy
	@sh tests/support/deps.sh proxy

.PHONY: proxy
proxy: all ## Test the service behind nginx and HAProxy, under a prefix, with hostile requests
	BACKPROPD=$(CURDIR)/$(BUILD)/backpropd node --test tests/deploy/proxy

# --- tests ---------------------------------------------------------------------------------------

.PHONY: deps
deps: ## Install what building and testing need, from Debian's packages
	@sh tests/support/deps.sh $(if $(filter demo run all,$(MAKECMDGOALS)),$(if $(filter-out deps demo run all,$(MAKECMDGOALS)),,use))

.PHONY: lint-deps
lint-deps: ## Install what lint, format and coverage need besides, npm among it
	@sh tests/support/deps.sh lint

.PHONY: promtool
promtool: ## Fetch promtool to build/tools, for the test of /metrics (80 MB)
	@sh tests/support/deps.sh promtool

# all of them run, and what failed is told at the end
RUN_TESTS = BACKPROPD=$(CURDIR)/$(BUILD)/backpropd node tests/support/run.mjs
FUZZ_TARGETS := body http lift number
REPLAYS := $(FUZZ_TARGETS:%=$(BUILD)/replay/%)
INTEGRATION ?= tests/api/contract tests/api/integration

.PHONY: test
test: test-tools all $(TEST_BINARIES) $(REPLAYS) ## All tests: unit, the fuzzers' corpus, vectors, contract, integration
	@$(RUN_TESTS) $(TEST_BINARIES) $(REPLAYS) $(INTEGRATION)

.PHONY: unit
unit: test-tools $(TEST_BINARIES) ## The unit tests alone
	@$(RUN_TESTS) $(TEST_BINARIES)

.PHONY: integration
integration: test-tools all ## The tests that call the real binary
	@$(RUN_TESTS) $(INTEGRATION)

test-tools: FORCE | $(DEPS_FIRST)
	@$(CHECK_DEPS) test

$(BUILD)/tests/%: tests/%.c $(OBJECTS) | test-tools
	@mkdir -p $(@D)
	@echo '  TEST    $<'
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -Isrc -Itests/support $(shell pkg-config --cflags check 2>/dev/null) \
		-c -o $@.o -MF $@.d -MT $@ $<
	@$(CXX) $(LDFLAGS_ALL) -o $@ $@.o $(OBJECTS) $(shell pkg-config --libs check 2>/dev/null) $(LIBS)

DEBIAN13 ?= build/debian13
.PHONY: debian13
debian13: all ## deps and test on Debian 13, in a root that is kept in DEBIAN13=build/debian13
	@sh tests/support/debian13.sh $(DEBIAN13) $(BUILD)/backpropd

# --- inputs that a machine makes up, and faults -----------------------------------------------------

FUZZ_SECONDS ?= 60
# the server in the caller's thread, on sockets that it is given
FUZZ_LINK_http := -Wl,--wrap=MHD_start_daemon,--wrap=bp_pool_submit,--wrap=bp_self_check

.PHONY: replay
replay: test-tools $(REPLAYS) ## Run the fuzzers' corpus, without a fuzzer
	@$(RUN_TESTS) $(REPLAYS)

.PHONY: fuzz-deps
fuzz-deps: ## Install what fuzzing needs besides
	@sh tests/support/deps.sh fuzz

.PHONY: fuzz
fuzz: ## Fuzz bodies, JSON, HTTP and numbers (FUZZ_SECONDS=60 each)
	@sh tests/hostile/fuzz/run.sh "$(FUZZ_SECONDS)" $(FUZZ_TARGETS)

$(BUILD)/obj/tests/hostile/fuzz/%.c.o: CFLAGS_ALL += -Isrc

$(BUILD)/fuzz/%: $(BUILD)/obj/tests/hostile/fuzz/%.c.o $(OBJECTS)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CXX) $(LDFLAGS_ALL) -fsanitize=fuzzer $(FUZZ_LINK_$*) -o $@ $^ $(LIBS)

$(BUILD)/replay/%: $(BUILD)/obj/tests/hostile/fuzz/%.c.o $(BUILD)/obj/tests/hostile/fuzz/replay.c.o $(OBJECTS)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CXX) $(LDFLAGS_ALL) $(FUZZ_LINK_$*) -o $@ $^ $(LIBS)

.SECONDARY: $(patsubst %,$(BUILD)/obj/tests/hostile/fuzz/%.c.o,$(FUZZ_TARGETS) replay)
-include $(wildcard $(BUILD)/obj/tests/hostile/fuzz/*.d) $(wildcard $(BUILD)/obj/tests/hostile/torture/*.d)

# 1: each call that can fail, fails; n: each n-th
TORTURE_EVERY ?= 1
TORTURE_OBJECTS := $(patsubst %,$(BUILD)/obj/%.o,$(sort $(wildcard tests/hostile/torture/*.c)))
# the libraries as archives, so that their calls are wrapped too
TORTURE_LIBS := -Wl,-Bstatic -lmicrohttpd -ljansson -Wl,-Bdynamic -lgnutls -lz -lm

.PHONY: torture
torture: ## Let every allocation and system call fail once, under AddressSanitizer (TORTURE_EVERY=1)
	@$(MAKE) -s CONFIG=asan build/asan/torture
	@build/asan/torture $(TORTURE_EVERY)

$(BUILD)/torture: $(TORTURE_OBJECTS) $(OBJECTS) tests/hostile/torture/wrapped
	@echo '  LINK    $@'
	@$(CXX) $(LDFLAGS_ALL) -Wl,@tests/hostile/torture/wrapped -o $@ $(TORTURE_OBJECTS) $(OBJECTS) $(TORTURE_LIBS)

.PHONY: chaos-deps
chaos-deps: ## Install what chaos, soak and valgrind need besides
	@sh tests/support/deps.sh chaos

.PHONY: chaos
chaos: all ## Hostile clients, bad networks, failing calls, full disks, jumping clocks; CHAOS=long takes the full numbers
	@BACKPROPD=$(CURDIR)/$(BUILD)/backpropd CHAOS=$(CHAOS) node --test --test-reporter=spec tests/hostile/chaos/chaos.test.mjs

SOAK_SECONDS ?= 60
.PHONY: soak
soak: all ## Good and hostile traffic for SOAK_SECONDS; memory, descriptors and threads must stay flat
	@node --test tests/hostile/soak/flat.test.mjs >/dev/null
	@BACKPROPD=$(CURDIR)/$(BUILD)/backpropd SOAK_SECONDS=$(SOAK_SECONDS) node tests/hostile/soak/soak.mjs

.PHONY: tsan
tsan: ## Unit tests and a threaded load under ThreadSanitizer
	@$(MAKE) CONFIG=tsan all $(TESTS:%.c=build/tsan/%)
	@sh tests/support/tsan.sh build/tsan $(TESTS:%.c=build/tsan/%)

.PHONY: valgrind
valgrind: ## Unit tests and a round of hostile requests under valgrind's memcheck
	@$(MAKE) CONFIG=debug all $(TESTS:%.c=build/debug/%)
	@sh tests/support/valgrind.sh $(TESTS:%.c=build/debug/%)

# --- containers ----------------------------------------------------------------------------------

REVISION = $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
DOCKER_BUILD ?= docker build
IMAGE_BUILD = DOCKER_BUILDKIT=1 $(DOCKER_BUILD) -f docker/Dockerfile --build-arg SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) \
	--build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION)

.PHONY: image
image: ## Build the container image `backpropd`, with version and revision in its labels
	@docker info >/dev/null 2>&1 || { echo 'SKIPPED: image: no container engine answers'; exit 0; }; \
		$(IMAGE_BUILD) -t backpropd .

.PHONY: sbom
sbom: ## Write build/sbom.cdx.json: what the image holds, with versions and digests
	@if docker info >/dev/null 2>&1; then $(IMAGE_BUILD) --target sbom --output build .; \
		else node tests/deploy/container/with-engine.mjs $(MAKE) sbom; fi

.PHONY: container-deps
container-deps: ## Install what the container tests need besides: an engine, kubectl
	@sh tests/support/deps.sh container

.PHONY: container
container: ## The image, Compose and Kubernetes, run for real by an engine of the tests' own
	node tests/deploy/container/run.mjs $(CONTAINER_TESTS)

.PHONY: reproducible
reproducible: ## Build in two places at two times; the binaries must be equal
	@sh tests/support/reproducible.sh

# --- benchmarks ----------------------------------------------------------------------------------

-include $(wildcard $(BUILD)/bench/*.d) $(wildcard $(BUILD)/bench/peers/*.d)
$(BUILD)/bench/%: tests/bench/%.c $(OBJECTS)
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c -o $@.o -MF $@.d -MT $@ $<
	@$(CXX) $(LDFLAGS_ALL) -o $@ $@.o $(OBJECTS) $(LIBS)

.PHONY: bench-deps
bench-deps: ## Install what the benchmarks need besides: tools and peers
	@sh tests/support/deps.sh bench

.PHONY: bench
bench: all $(addprefix $(BUILD)/bench/,bare answer core probe start peers/jansson) ## Measure, as ratios against peers in the same run; ONLY="cost growth" runs parts
	PYTHON=$(PYTHON) node tests/bench/bench.mjs $(ONLY)

# --- checks --------------------------------------------------------------------------------------

C_FILES = $(shell find src include tests -name node_modules -prune -o -name '*.[ch]' -print -o -name '*.cc' -print)

.PHONY: sanitize
sanitize: ## All tests under AddressSanitizer and UndefinedBehaviorSanitizer
	$(MAKE) CONFIG=asan test

.PHONY: layers
layers: all ## Prove the house's one direction: main -> server -> http -> codec -> lesson -> core
	@sh tests/support/layers.sh $(BUILD)

.PHONY: mutants
mutants: ## Break the code in small ways; a test must reject each
	@sh tests/mutants/run.sh

.PHONY: lint
lint: | $(DEPS_FIRST) ## clang-format, clang-tidy, cppcheck, both compilers' warnings, shellcheck, the OpenAPI linter
	@$(CHECK_DEPS) lint && sh tests/support/lint.sh $(C_FILES)

.PHONY: format
format: ## Lay out the C files as .clang-format says
	clang-format -i $(C_FILES)

.PHONY: coverage
coverage: | $(DEPS_FIRST) ## Line and branch coverage of src, from all tests
	@$(CHECK_DEPS) coverage
	rm -rf build/cov
	$(MAKE) CONFIG=cov unit integration
	gcovr --filter src/ build/cov
	gcovr --filter src/ --exclude-throw-branches --branches build/cov

.PHONY: clean
clean: ## Remove what was built
	rm -rf build

.PHONY: help
help: ## Print this
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | awk -F '\t' '{printf "%-12s %s\n", $$1, $$2}'
