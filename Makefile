# backpropd. `make help` lists the targets; tests/Makefile.mk and docker/Makefile.mk hold the rest.

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

-include $(OBJECTS:.o=.d) $(BUILD)/obj/src/main.c.d

# --- what has a folder of its own, which a tree may lack -----------------------------------------

-include tests/Makefile.mk docker/Makefile.mk

# --- use -----------------------------------------------------------------------------------------

.PHONY: deps
deps: ## Install the Debian packages for building and testing
	@sh tests/support/deps.sh $(if $(filter demo run all,$(MAKECMDGOALS)),$(if $(filter-out deps demo run all,$(MAKECMDGOALS)),,use))

.PHONY: run
run: all ## Serve on 127.0.0.1:8080
	$(BUILD)/backpropd

.PHONY: demo
demo: all ## Print the worked solution of the textbook example
	@$(CHECK_DEPS) use && sh tests/support/demo.sh $(BUILD)/backpropd

# --- test and lint -------------------------------------------------------------------------------

.PHONY: test
test: test-tools all $(TEST_BINARIES) $(REPLAYS) ## All tests: unit, the fuzzers' corpus, vectors, contract, integration
	@$(RUN_TESTS) $(TEST_BINARIES) $(REPLAYS) $(INTEGRATION)

C_FILES = $(shell find src include tests -name node_modules -prune -o -name '*.[ch]' -print -o -name '*.cc' -print)

.PHONY: lint-deps
lint-deps: ## Install the packages for lint, format and coverage
	@sh tests/support/deps.sh lint

.PHONY: lint
lint: | $(DEPS_FIRST) ## Check format, C, shell, contracts, mutants and openapi.yaml; run lint-deps once before
	@$(CHECK_DEPS) lint && sh tests/support/lint.sh $(C_FILES)

.PHONY: format
format: ## Format the C files with clang-format
	clang-format -i $(C_FILES)

# --- install -------------------------------------------------------------------------------------

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
install: all $(BUILD)/backpropd.1 ## Install the program, man page and systemd units under $(DESTDIR)$(PREFIX)
	install -D -m 755 $(BUILD)/backpropd $(DESTDIR)$(PREFIX)/bin/backpropd
	install -D -m 644 $(BUILD)/backpropd.1 $(DESTDIR)$(MANDIR)/man1/backpropd.1
	install -d $(DESTDIR)$(UNITDIR)
	@for unit in $(UNITS); do \
		sed 's|/usr/local/bin/|$(PREFIX)/bin/|' docker/systemd/$$unit >$(DESTDIR)$(UNITDIR)/$$unit; \
		chmod 644 $(DESTDIR)$(UNITDIR)/$$unit; \
		echo "$(DESTDIR)$(UNITDIR)/$$unit"; \
	done

.PHONY: uninstall
uninstall: ## Remove the installed files
	rm -f $(DESTDIR)$(PREFIX)/bin/backpropd $(DESTDIR)$(MANDIR)/man1/backpropd.1 \
		$(UNITS:%=$(DESTDIR)$(UNITDIR)/%)

# --- the rest ------------------------------------------------------------------------------------

.PHONY: clean
clean: ## Remove build
	rm -rf build

# the targets of these files, each with its comment
HELP = sed -n 's/^\([a-z0-9-]*\):.*\#\# \(.*\)/\1\t\2/p' $(1) | awk -F '\t' '{printf "%-15s %s\n", $$1, $$2}'

.PHONY: help
help: ## Print this list
	@$(call HELP,Makefile)

.PHONY: help-all
help-all: ## Print all targets: tests, proofs, benchmarks, packages, images
	@for file in Makefile $(wildcard tests/Makefile.mk docker/Makefile.mk); do \
		test $$file = Makefile || printf '\n%s\n' $$file; \
		$(call HELP,$$file); \
	done
