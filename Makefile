SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

GO ?= go
PREFIX ?= /usr/local
DESTDIR ?=
FUZZTIME ?= 10m
BENCHFLAGS ?=
E2E ?=
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.release=$(VERSION)

NODAEMON := echo "untagd could not be built: it needs gcc and libudev-dev. untag needs neither: make build, make run DRIVE=FOLDER" >&2; exit 1

.DEFAULT_GOAL := help
.PHONY: help run build daemon test e2e lint texts fuzz bench judge install uninstall clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: build $(if $(DRIVE),,daemon) ## clean the drive or folder DRIVE=path; without it, have untagd clean a demo drive
	@scripts/run.sh $(if $(DRIVE),"$(DRIVE)")

build: ## the static command line tool, bin/untag
	@scripts/packages.sh build
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/untag ./cmd/untag

daemon: ## the daemon, bin/untagd (needs libudev)
	@scripts/packages.sh build daemon || { $(NODAEMON); }
	CGO_ENABLED=1 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/untagd ./cmd/untagd || { $(NODAEMON); }

test: ## install what the tests need and run all of them
	@scripts/packages.sh build daemon test
	@scripts/test.sh

e2e: build daemon ## the daemon in a virtual machine, with sticks plugged and pulled (root; E2E=regexp: some of it)
	@scripts/packages.sh e2e
	@scripts/e2e.sh '$(or $(E2E),.)'

lint: ## gofmt, go vet, staticcheck
	@scripts/packages.sh build daemon
	@scripts/lint.sh

texts: ## bring texts that were added or changed into the catalogues of platform/lang/po
	@scripts/texts.sh

fuzz: ## every fuzz target in turn for FUZZTIME=10m
	@scripts/packages.sh build daemon
	@scripts/fuzz.sh $(FUZZTIME)

bench: build ## the same work done by untag and by its peers (BENCHFLAGS=-quick: small)
	@scripts/packages.sh bench
	$(GO) run ./bench $(BENCHFLAGS)

judge: build ## clean a copy of the sample corpus, ask other programs what is left, and damage it (UNTAG_DAMAGES=20000)
	@scripts/packages.sh test
	@scripts/judge.sh

install: ## copy what was built, manual pages, completions and units below PREFIX=/usr/local (and DESTDIR)
	@scripts/install.sh install "$(DESTDIR)" "$(PREFIX)"

uninstall: ## remove what install copied
	@scripts/install.sh uninstall "$(DESTDIR)" "$(PREFIX)"

clean: ## remove what was built
	rm -rf bin build
