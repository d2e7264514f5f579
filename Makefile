# make test is the test command; make demo shows the thing. Go 1.26 is all that has to be there before.
.DEFAULT_GOAL := build
.PHONY: build demo test lint routes bench bench-million bench-log e2e browser screenshots sdk fuzz fuzz-nightly sim sim-years sim-bugs

export CGO_ENABLED = 0
# Go keeps its caches under HOME; some CI runners have none.
ifeq ($(HOME),)
export HOME := $(shell getent passwd "$$(id -u)" | cut -d: -f6)
endif

FUZZTIME ?= 10s
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

build:
	go build -trimpath -o comptoir ./cmd/comptoir

demo:
	go run ./cmd/comptoir demo

# One line per package: "ok", or "FAIL" with what went wrong above it. The simulation takes all processors and has them to
# itself; the others wait for databases and processes, and run side by side.
test:
	@sh scripts/need.sh
	go vet ./...
	go test -timeout 20m ./sim
	go test -timeout 20m $$(go list ./... | grep -v '/sim$$')
	@echo "All tests passed."

# golangci-lint reads .golangci.yml and contains staticcheck; without it staticcheck runs alone.
lint:
	go vet -tags e2e,sim,sdk ./...
	@bad=$$(gofmt -l .); test -z "$$bad" || { echo "gofmt -w these:"; echo "$$bad"; exit 1; }
	@if command -v golangci-lint >/dev/null; then \
		set -x; golangci-lint run ./...; \
	else \
		set -x; go run $(STATICCHECK) -tags e2e,sim,sdk ./...; \
	fi

# The table of operations: method, path, acts, roles, scope, section of the contract, M/S/own, golden answer.
routes:
	@cd internal/api/partnercenter && go test -count=1 -run TestEveryRouteIsKnown -routes

bench:
	go run ./bench

# The billing run alone, over a million subscriptions; it takes some twenty minutes and 10 GB.
bench-million:
	go run ./bench -measure billing -subscriptions 1000000

# The activity log: what its integrator costs, and pages of ten million records; it takes some ten minutes and 8 GB.
bench-log:
	go run ./bench -measure log,pages

e2e:
	@sh scripts/need.sh chromium
	go test -v -count=1 -timeout 60m -tags e2e ./e2e/...

# Clients that others wrote, unmodified, against the real binary. Needs python3 with pip, node with npm,
# a JDK with mvn, and their registries.
sdk:
	go test -v -count=1 -timeout 30m -tags sdk ./e2e/sdk

# The pages in a real Chromium (Debian: chromium); part of e2e.
browser:
	@sh scripts/need.sh chromium
	go test -v -count=1 -timeout 60m -tags e2e ./e2e/browser

# Pictures of the main pages, kept in docs/screenshots. Look at them before you keep them.
screenshots:
	@sh scripts/need.sh chromium
	@mkdir -p docs/screenshots
	go test -count=1 -tags e2e ./e2e/browser -run TestScreenshots -screenshots $(CURDIR)/docs/screenshots

# Every fuzz target for FUZZTIME each.
fuzz:
	@FUZZTIME=$(FUZZTIME) sh scripts/fuzz.sh

fuzz-nightly:
	@FUZZTIME=60s sh scripts/fuzz.sh

# A thousand seeds against the independent model, some of them on PostgreSQL too; a failure prints its seed.
sim:
	@sh scripts/need.sh
	SIM_SEEDS=$${SIM_SEEDS:-1000} SIM_STEPS=$${SIM_STEPS:-2000} go test -count=1 -timeout 120m -tags sim -v -run 'TestSimulation|TestPostgres' ./sim

# Twenty years of a hundred partners with thirty subscriptions each, against the model.
sim-years:
	go test -count=1 -timeout 120m -tags sim -v -run TestYears ./sim

# Each mistake of sim/bugs.md planted in turn: the simulation must find it.
sim-bugs:
	go test -count=1 -timeout 120m -tags bugs -v -run TestPlantedBugs ./sim
