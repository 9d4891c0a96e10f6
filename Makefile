# Lectern. `make` lists what can be made; each line below with two hashes is one target.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run dev build test check e2e bench deny fmt clean

SOURCES := $(shell find src style public migrations demo -type f 2>/dev/null) Cargo.toml Cargo.lock
BUILT := target/release/.lectern-built

help: ## lists these targets
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: $(BUILT) ## sets up what is missing, builds, and serves http://localhost:3000 with the demo
	@scripts/run.sh

build: $(BUILT) ## makes target/release/lectern and the files it serves

$(BUILT): $(SOURCES)
	@scripts/build.sh
	@touch $@

dev: ## watches the sources: rebuilds and reloads the browser at each change
	@scripts/dev.sh

check: ## the inner loop: format, lints for server and browser, unit and HTTP tests
	@scripts/check.sh

test: ## everything: make check, the release build, stories in a browser
	@scripts/test.sh

e2e: $(BUILT) ## the stories in a browser alone
	@scripts/e2e.sh

bench: $(BUILT) ## measures requests, memory, start time and first load
	@scripts/bench.sh

deny: ## licences and origins of all that becomes part of the binary
	@scripts/deny.sh

fmt: ## formats the sources
	@. scripts/env.sh && cargo fmt

clean: ## removes what was built; the data stays
	@. scripts/env.sh && cargo clean
