# Tests, proofs and benchmarks. Part of the Makefile at the top; `make help-all` lists the targets.

# --- unit tests and those of the API -------------------------------------------------------------

TESTS := $(sort $(wildcard tests/unit/*/test_*.c))
TEST_BINARIES := $(TESTS:%.c=$(BUILD)/%)
-include $(TEST_BINARIES:=.d)

# runs all of them, and lists the failures at the end
RUN_TESTS = BACKPROPD=$(CURDIR)/$(BUILD)/backpropd node tests/support/run.mjs
FUZZ_TARGETS := body http lift number
REPLAYS := $(FUZZ_TARGETS:%=$(BUILD)/replay/%)
PAGE := tests/page/unit tests/page
INTEGRATION ?= tests/api/contract tests/api/integration $(PAGE)

.PHONY: unit
unit: test-tools $(TEST_BINARIES) ## Run the unit tests only
	@$(RUN_TESTS) $(TEST_BINARIES)

.PHONY: integration
integration: test-tools all ## Run the tests that call the real binary
	@$(RUN_TESTS) $(INTEGRATION)

.PHONY: page-deps
page-deps: ## Install Chromium and the npm packages for the tests of the page
	@sh tests/support/deps.sh page

.PHONY: page
page: test-tools all ## Test the page in Chromium
	@$(RUN_TESTS) $(PAGE)

.PHONY: clients-deps
clients-deps: page-deps ## Install what the tests of clients need besides: npm's packages of tests/clients
	@sh tests/support/deps.sh clients

.PHONY: clients
clients: test-tools all ## Generate clients from openapi.yaml, compile and run them; what reads it or sends it, and pages of other origins
	@$(RUN_TESTS) tests/clients

GRADING_EXERCISES ?= 130
.PHONY: grading-report
grading-report: all ## Report how many mistakes /grade names in random exercises (GRADING_EXERCISES=130 GRADING_SEED=2026)
	@python3 -B tests/api/grading/report.py $(BUILD)/backpropd --exercises $(GRADING_EXERCISES) --seed $(or $(GRADING_SEED),2026)

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
debian13: all ## Run deps and test on Debian 13, in a root kept in DEBIAN13=build/debian13
	@sh tests/support/debian13.sh $(DEBIAN13) $(BUILD)/backpropd

.PHONY: promtool
promtool: ## Fetch promtool to build/tools, for the test of /metrics (80 MB)
	@sh tests/support/deps.sh promtool

# --- proofs about the sources --------------------------------------------------------------------

.PHONY: sanitize
sanitize: ## Run all tests under AddressSanitizer and UndefinedBehaviorSanitizer
	$(MAKE) CONFIG=asan test

.PHONY: layers
layers: all ## Check that calls go one way: main -> server -> http -> codec -> lesson -> core
	@sh tests/support/layers.sh $(BUILD)

.PHONY: mutants
mutants: ## Put small bugs into the code; a test must reject each
	@sh tests/mutants/run.sh

.PHONY: coverage
coverage: | $(DEPS_FIRST) ## Measure line and branch coverage of src, from all tests
	@$(CHECK_DEPS) coverage
	rm -rf build/cov
	$(MAKE) CONFIG=cov unit integration
	gcovr --filter src/ build/cov
	gcovr --filter src/ --exclude-throw-branches --branches build/cov

.PHONY: reproducible
reproducible: ## Build in two places at two times; the binaries must be equal
	@sh tests/support/reproducible.sh

# --- hostile: random inputs, and faults -----------------------------------------

FUZZ_SECONDS ?= 60
# the server in the caller's thread, on sockets that it is given
FUZZ_LINK_http := -Wl,--wrap=MHD_start_daemon,--wrap=bp_pool_submit,--wrap=bp_self_check

.PHONY: replay
replay: test-tools $(REPLAYS) ## Run the fuzzers' corpus, without a fuzzer
	@$(RUN_TESTS) $(REPLAYS)

.PHONY: fuzz-deps
fuzz-deps: ## Install the packages for fuzzing
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
torture: ## Make each allocation and system call fail once, under AddressSanitizer (TORTURE_EVERY=1)
	@$(MAKE) -s CONFIG=asan build/asan/torture
	@build/asan/torture $(TORTURE_EVERY)

$(BUILD)/torture: $(TORTURE_OBJECTS) $(OBJECTS) tests/hostile/torture/wrapped
	@echo '  LINK    $@'
	@$(CXX) $(LDFLAGS_ALL) -Wl,@tests/hostile/torture/wrapped -o $@ $(TORTURE_OBJECTS) $(OBJECTS) $(TORTURE_LIBS)

.PHONY: chaos-deps
chaos-deps: ## Install the packages for chaos, soak and valgrind
	@sh tests/support/deps.sh chaos

.PHONY: chaos
chaos: all ## Run hostile clients, bad networks, failing calls, full disks and jumping clocks; CHAOS=long for the full numbers
	@BACKPROPD=$(CURDIR)/$(BUILD)/backpropd CHAOS=$(CHAOS) node --test --test-reporter=spec tests/hostile/chaos/chaos.test.mjs

SOAK_SECONDS ?= 60
.PHONY: soak
soak: all ## Run good and hostile traffic for SOAK_SECONDS; memory, descriptors and threads must stay flat
	@node --test tests/hostile/soak/flat.test.mjs >/dev/null
	@BACKPROPD=$(CURDIR)/$(BUILD)/backpropd SOAK_SECONDS=$(SOAK_SECONDS) node tests/hostile/soak/soak.mjs

.PHONY: tsan
tsan: ## Run unit tests and a threaded load under ThreadSanitizer
	@$(MAKE) CONFIG=tsan all $(TESTS:%.c=build/tsan/%)
	@sh tests/support/tsan.sh build/tsan $(TESTS:%.c=build/tsan/%)

.PHONY: valgrind
valgrind: ## Run unit tests and a round of hostile requests under valgrind's memcheck
	@$(MAKE) CONFIG=debug all $(TESTS:%.c=build/debug/%)
	@sh tests/support/valgrind.sh $(TESTS:%.c=build/debug/%)

# --- deploy --------------------------------------------------------------------------------------

.PHONY: packaging-deps
packaging-deps: ## Install the packages for the packaging tests
	@sh tests/support/deps.sh packaging

.PHONY: packaging
packaging: deb ## Test the systemd units, install, the man page and the Debian package
	BACKPROPD=$(CURDIR)/$(BUILD)/backpropd node --test tests/deploy/packaging

.PHONY: restart
restart: all ## Restart under load, 100 times or RESTARTS=N, and lose no request
	BACKPROPD=$(CURDIR)/$(BUILD)/backpropd node tests/deploy/restart/restart.mjs

.PHONY: proxy-deps
proxy-deps: deps ## Install nginx and HAProxy for the tests behind proxies
	@sh tests/support/deps.sh proxy

.PHONY: proxy
proxy: all ## Test the service behind nginx and HAProxy, under a prefix, with hostile requests
	BACKPROPD=$(CURDIR)/$(BUILD)/backpropd node --test tests/deploy/proxy

.PHONY: container-deps
container-deps: ## Install a container engine and kubectl for the container tests
	@sh tests/support/deps.sh container

.PHONY: container
container: ## Test the image, Compose and Kubernetes, in a container engine of the tests
	node tests/deploy/container/run.mjs $(CONTAINER_TESTS)

# --- benchmarks ----------------------------------------------------------------------------------

-include $(wildcard $(BUILD)/bench/*.d) $(wildcard $(BUILD)/bench/peers/*.d)
$(BUILD)/bench/%: tests/bench/%.c $(OBJECTS)
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c -o $@.o -MF $@.d -MT $@ $<
	@$(CXX) $(LDFLAGS_ALL) -o $@ $@.o $(OBJECTS) $(LIBS)

.PHONY: bench-deps
bench-deps: ## Install tools and other servers for the benchmarks
	@sh tests/support/deps.sh bench

.PHONY: bench
bench: all $(addprefix $(BUILD)/bench/,bare answer core probe start work peers/jansson) ## Measure speed, compared with other servers in the same run; ONLY="cost growth" runs parts
	PYTHON=$(PYTHON) node tests/bench/bench.mjs $(ONLY)
