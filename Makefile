SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

GO ?= go
PREFIX ?= /usr/local
DESTDIR ?=
FUZZTIME ?= 10m
BENCHFLAGS ?=
E2E ?=
ARM ?=
ARMTESTS ?=
ARCHES ?=
ARCHIVES ?=
BIN ?= bin
VERSION ?= $(shell scripts/version.sh)
LDFLAGS := -s -w -X main.release=$(VERSION)
# What git knows of the checkout is in the version; the same comes out of a tarball.
BUILD := $(GO) build -trimpath -buildvcs=false
# All of what untagd is linked with is found at its start, and can't be changed later. Go's
# own build ID would tell in which folder the headers of another processor lay.
HARDENED := -buildmode=pie -ldflags '$(LDFLAGS) -buildid= -linkmode=external "-extldflags=-Wl,-z,relro,-z,now"'

NODAEMON := echo "untagd could not be built. untag needs no C: make build, make run DRIVE=FOLDER" >&2; exit 1

.DEFAULT_GOAL := help
.PHONY: help deps run build daemon packages check-packages test test-arm archives image e2e lint texts fuzz bench judge install uninstall clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' Makefile

deps: ## install what building needs, on Debian and Ubuntu (but for Go: https://go.dev/dl)
	@scripts/packages.sh build daemon

run: ## clean the drive or folder DRIVE=path; without it, have untagd clean a demo drive
	@scripts/packages.sh build $(if $(DRIVE),,daemon)
	@$(MAKE) --no-print-directory build $(if $(DRIVE),,daemon)
	@scripts/run.sh $(if $(DRIVE),"$(DRIVE)")

build: ## the static command line tool, bin/untag; installs nothing (make deps does)
	@scripts/need.sh build
	CGO_ENABLED=0 $(BUILD) -ldflags '$(LDFLAGS)' -o $(BIN)/untag ./cmd/untag
	@GO="$(GO)" scripts/completions.sh $(BIN)/completions

daemon: ## the daemon, bin/untagd (needs gcc and libudev); installs nothing
	@scripts/need.sh daemon || { $(NODAEMON); }
	CGO_ENABLED=1 $(BUILD) $(HARDENED) -o $(BIN)/untagd ./cmd/untagd || { $(NODAEMON); }

packages: ## .deb and .rpm, and a tarball of untag, for amd64 and arm64, in build/packages (ARCHES=amd64: one)
	@scripts/packages.sh build daemon packages
	@scripts/package.sh $(ARCHES)

check-packages: ## build the packages once more, elsewhere, compare, and have lintian, rpmlint and others look at them
	@scripts/packages.sh build daemon packages lint-packages
	@scripts/check-packages.sh

test: ## install what the tests need and run all of them
	@scripts/packages.sh build daemon test
	@scripts/test.sh

test-arm: ## the tests as 32-bit ARM runs them, under emulation (ARM=regexp: some packages; ARMTESTS=regexp: some tests)
	@scripts/packages.sh build arm
	@scripts/test-arm.sh '$(ARM)' '$(ARMTESTS)'

archives: ## the recipes of contrib, run for real: ARCHIVES="slurm parallel kubernetes" (root, on a machine that may be changed)
	@scripts/packages.sh build
	@scripts/archives.sh $(ARCHIVES)

image: ## an image for containers, in build/image: the static untag alone, as OCI layout and as archive
	@scripts/packages.sh build image
	@scripts/image.sh $(ARCHES)

e2e: ## the daemon in a virtual machine, with sticks plugged and pulled (root; E2E=regexp: some of it)
	@scripts/packages.sh build daemon e2e
	@$(MAKE) --no-print-directory build daemon
	@scripts/e2e.sh '$(or $(E2E),.)'

lint: ## gofmt, go vet, staticcheck
	@scripts/packages.sh build daemon
	@scripts/lint.sh

texts: ## bring texts that were added or changed into the catalogues of platform/lang/po
	@scripts/texts.sh

fuzz: ## every fuzz target in turn for FUZZTIME=10m
	@scripts/packages.sh build daemon
	@scripts/fuzz.sh $(FUZZTIME)

bench: ## the same work done by untag and by its peers (BENCHFLAGS=-quick: small)
	@scripts/packages.sh build bench
	@$(MAKE) --no-print-directory build
	$(GO) run ./bench $(BENCHFLAGS)

judge: ## clean a copy of the sample corpus, ask other programs what is left, and damage it (UNTAG_DAMAGES=20000)
	@scripts/packages.sh build test
	@$(MAKE) --no-print-directory build
	@scripts/judge.sh

install: ## copy what was built, manual pages, completions and units below PREFIX=/usr/local (and DESTDIR)
	@BIN="$(BIN)" scripts/install.sh install "$(DESTDIR)" "$(PREFIX)"

uninstall: ## remove what install copied
	@scripts/install.sh uninstall "$(DESTDIR)" "$(PREFIX)"

clean: ## remove what was built
	rm -rf bin build
