# make test is the test command; make demo shows the thing. Go 1.26 is all that has to be there before.
.DEFAULT_GOAL := build
.PHONY: build demo test lint bench e2e fuzz sim

export CGO_ENABLED = 0
# Go keeps its caches under HOME; some CI runners have none.
ifeq ($(HOME),)
export HOME := $(shell getent passwd "$$(id -u)" | cut -d: -f6)
endif

FUZZTIME ?= 20s
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

build:
	go build -trimpath -o comptoir ./cmd/comptoir

demo:
	go run ./cmd/comptoir demo

# One line per package: "ok", or "FAIL" with what went wrong above it.
test:
	@sh scripts/need.sh
	go vet ./...
	go test -timeout 20m ./...
	@echo "All tests passed."

# golangci-lint reads .golangci.yml and contains staticcheck; without it staticcheck runs alone.
lint:
	go vet -tags e2e,sim ./...
	@bad=$$(gofmt -l .); test -z "$$bad" || { echo "gofmt -w these:"; echo "$$bad"; exit 1; }
	@if command -v golangci-lint >/dev/null; then \
		set -x; golangci-lint run ./...; \
	else \
		set -x; go run $(STATICCHECK) -tags e2e,sim ./...; \
	fi

bench:
	go run ./bench

e2e:
	@sh scripts/need.sh
	go test -count=1 -timeout 60m -tags e2e ./e2e/...

fuzz:
	@FUZZTIME=$(FUZZTIME) sh scripts/fuzz.sh

sim:
	@if [ -n "$$(find sim -name '*.go' 2>/dev/null)" ]; then \
		set -x; go test -count=1 -tags sim ./sim/...; \
	else \
		echo "There is no simulation yet."; \
	fi
