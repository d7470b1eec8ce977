# make run needs Go, make and git; make test sets up the rest by itself.
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
SOURCES := $(wildcard cmd drivers features reports steps)

SEEDS      ?= 3
REAL_SEEDS ?= $(if $(filter 3,$(SEEDS)),1,$(SEEDS))

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: build run setup test faults lint pictures fuzz bench fmt clean

build: ## bin/ffscert, one static binary
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/ffscert ./cmd/ffscert

run: build ## the provisioning case, 20 attempts, on the built-in virtual testbed
	@bin/ffscert run --plan mss-wifi-default --case 3P2-DE-02

setup: ## what the tests need beside Go: adb, Chromium, Appium and readers of exports in .tools
	@.ci/setup

test: ## everything; what had to be left out is named at the end
	@.ci/setup || [ $$? -eq 3 ]
	@$(MAKE) --no-print-directory lint
	@.ci/test

faults: ## every fault that is known, SEEDS times on each door, as a table
	@.ci/setup || [ $$? -eq 3 ]
	@cd steps/suite/faultsuite && FFSCERT_APPIUM_HOME=$(CURDIR)/.tools/npm ANDROID_HOME=$(CURDIR)/.tools/android \
		$(GO) test -count=1 -timeout 120m -args -seeds=$(SEEDS) -real-seeds=$(REAL_SEEDS) -table

lint: ## gofmt, vet, staticcheck, the npm locks
	@unformatted=$$(gofmt -l $(SOURCES)) && [ -z "$$unformatted" ] || { echo "not formatted, run make fmt:" >&2; echo "$$unformatted" >&2; exit 1; }
	@! grep -n '"resolved"' drivers/appium/server/package-lock.json reports/render/readers/package-lock.json || { echo "the npm lock must not name a registry" >&2; exit 1; }
	@$(GO) vet ./...
	@$(GO) run $(STATICCHECK) ./...

pictures: ## those of the pages in docs, anew, from a run on the virtual testbed
	@.ci/setup
	@FFSCERT_READERS_HOME=$(CURDIR)/.tools/readers FFSCERT_REQUIRE_REAL=1 \
		$(GO) test ./reports/render/pagetest -run '^TestPages$$' -count=1 -args -update

fuzz: ## every fuzz target for FUZZTIME (3s); FUZZ=EXPR chooses
	@GO="$(GO)" FUZZTIME="$(FUZZTIME)" FUZZ="$(FUZZ)" .ci/fuzz

bench: ## what the automation costs, on the real Appium among others
	@.ci/setup
	@FFSCERT_APPIUM_HOME=$(CURDIR)/.tools/npm ANDROID_HOME=$(CURDIR)/.tools/android FFSCERT_REQUIRE_REAL=1 \
		$(GO) test -run '^$$' -bench . -benchmem ./...

fmt: ## gofmt -w
	@gofmt -w $(SOURCES)

clean: ## what make has built and set up; runs are kept
	@rm -rf bin .tools
