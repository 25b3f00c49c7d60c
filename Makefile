# SPDX-License-Identifier: Apache-2.0
# Everything that a person or CI does here. `make help` lists it.

SHELL := /bin/bash -euo pipefail
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PREFIX ?= /usr/local
DESTDIR ?=
# Kernels of the guest tests and the kernel of the demo; see Tests/Guest/README.md.
KERNEL ?=
SCENARIO ?=
DEMO_KERNEL ?= 6.12

# The Swift toolchain brings the clang that builds the BPF programs: one compiler for both sides.
SWIFT ?= swift
TOOLCHAIN := $(dir $(realpath $(shell command -v $(SWIFT))))
SWIFT_CLANG ?= $(TOOLCHAIN)clang
OBJCOPY ?= $(TOOLCHAIN)llvm-objcopy

.PHONY: help
help: ## What can be made
	@printf 'make TARGET\n\n'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

# ---------------------------------------------------------------------------------------------- build

.PHONY: deps
deps: ## Install the Debian packages that are missing (as root, or with sudo)
	@scripts/install-dependencies

BPF_SOURCES := $(wildcard bpf/hooks/*.bpf.c)
BPF_OBJECTS := $(BPF_SOURCES:bpf/hooks/%.bpf.c=.build/bpf/%.bpf.o)
# -g is for BTF, which libbpf needs; the DWARF beside it is dropped below.
# Callbacks and tracepoint programs take parameters that they do not all use.
BPF_FLAGS := -target bpf -g -O2 -mcpu=v3 -std=gnu2x -D__TARGET_ARCH_x86 -I bpf -I Sources/ShrikeABI/include \
	-idirafter /usr/include/$(shell uname -m)-linux-gnu -Wall -Wextra -Wno-unused-parameter -Werror

.PHONY: bpf
bpf: .build/bpf/embedded ## Compile the BPF programs

# SwiftPM does not see that objects.c embeds the objects: it is told by the time of the file.
.build/bpf/embedded: $(BPF_OBJECTS)
	@touch Sources/ShrikeBPFObjects/objects.c $@

.build/bpf/%.bpf.o: bpf/hooks/%.bpf.c Makefile
	@mkdir -p $(@D)
	$(SWIFT_CLANG) $(BPF_FLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@.new
	@$(OBJCOPY) --strip-debug $@.new
	@mv $@.new $@

-include $(BPF_OBJECTS:.o=.d)

SWIFT_CHECKS := --explicit-target-dependency-import-check error

.PHONY: build
build: deps bpf ## Build dist/shriked and dist/shrike, which need nothing but glibc and libgcc_s
	@mkdir -p dist
	@export PKG_CONFIG_PATH=$$(scripts/static-libraries .build/static); \
	for product in shriked shrike; do \
		$(SWIFT) build -c release --static-swift-stdlib $(SWIFT_CHECKS) --product $$product \
			-Xlinker -L$(CURDIR)/.build/static; \
		$(OBJCOPY) --strip-all .build/release/$$product dist/$$product; \
	done
	@if ldd dist/shriked dist/shrike | grep -E '=>' | grep -vE '/(libc|libm)\.so|vdso'; then \
		echo 'make build: the programs need the shared libraries above' >&2; exit 1; fi

.PHONY: test-programs
test-programs: build ## Build what guest tests need besides: a double of the Kubernetes API
	@mkdir -p .build/test-programs
	@# The flags of `build`, or everything would be built anew.
	@export PKG_CONFIG_PATH=$$(scripts/static-libraries .build/static); \
		$(SWIFT) build -c release --static-swift-stdlib $(SWIFT_CHECKS) --product shrike-api-double \
			-Xlinker -L$(CURDIR)/.build/static
	@$(OBJCOPY) --strip-all .build/release/shrike-api-double .build/test-programs/shrike-api-double

.PHONY: install
install: build ## Install into $(DESTDIR)$(PREFIX)
	install -D -m 755 dist/shriked $(DESTDIR)$(PREFIX)/bin/shriked
	install -D -m 755 dist/shrike $(DESTDIR)$(PREFIX)/bin/shrike
	install -d $(DESTDIR)$(PREFIX)/share/shrike
	cp -r policies $(DESTDIR)$(PREFIX)/share/shrike/

.PHONY: clean
clean: ## Remove what was built here (fetched kernels stay in the cache)
	rm -rf .build dist

# ---------------------------------------------------------------------------------------------- tests

.PHONY: test
test: lint test-unit test-api test-chart test-guest-sample ## Everything: style, unit tests, API, chart, guest tests

.PHONY: test-unit
test-unit: deps bpf ## Unit tests, no kernel needed
	$(SWIFT) test $(SWIFT_CHECKS)

.PHONY: test-api
test-api: build ## The API against a Python client; as root, where the kernel lets BPF trace processes
	Tests/API/run

.PHONY: test-guest
test-guest: test-programs ## Scenarios in virtual machines: KERNEL=6.12 SCENARIO='kill*' narrow it down
	KERNEL='$(KERNEL)' SCENARIO='$(SCENARIO)' Tests/Guest/run

.PHONY: test-guest-sample
test-guest-sample: test-programs ## The same in a third of the time: most scenarios on one kernel, the next one after the next commit
	Tests/Guest/run --sample

.PHONY: test-chart
test-chart: build ## The Helm chart, the image, the CI files and completion
	@export CHART_TOOLS=$$(scripts/chart-tools) PYTHONDONTWRITEBYTECODE=1 SHRIKE_DIST=$(CURDIR)/dist; \
		PYTHONPATH=$$CHART_TOOLS/lib python3 -m unittest discover --start-directory Tests/Packaging

.PHONY: demo
demo: build ## A virtual machine, a policy, a killed cat: two minutes to watch
	@DEMO_KERNEL='$(DEMO_KERNEL)' Tests/Guest/host/demo

.PHONY: bench
bench: build ## What Shrike costs calls, events and starts, in instructions of a guest
	Tests/Guest/host/bench

.PHONY: bench-shapes
bench-shapes: build ## What policies of different shapes cost a call, measured and estimated
	Tests/Guest/host/bench --shapes

.PHONY: bench-events
bench-events: build ## Events a second, allocations, memory, latency; the last line is JSON
	@# The flags of `build`, or everything would be built anew.
	@export PKG_CONFIG_PATH=$$(scripts/static-libraries .build/static); \
		$(SWIFT) build -c release --static-swift-stdlib $(SWIFT_CHECKS) --product shrike-bench-events \
			-Xlinker -L$(CURDIR)/.build/static >&2
	@Tests/Bench/run .build/release/shrike-bench-events dist/shriked

.PHONY: bench-host
bench-host: build ## What the process sensor costs on this machine itself; as root
	Tests/Bench/host

# ---------------------------------------------------------------------------------------------- style

SWIFT_FILES = $$(git ls-files --cached --others --exclude-standard '*.swift' ':!*.pb.swift' ':!*.grpc.swift')
C_FILES = $$(git ls-files --cached --others --exclude-standard '*.c' '*.h')
BASH_SCRIPTS = $$(git ls-files --cached --others --exclude-standard scripts Tests/Bench/run Tests/Guest/host Tests/Guest/run .ci/run | xargs grep -l 'env bash')
GUEST_SCRIPTS = $$(git ls-files --cached --others --exclude-standard Tests/Guest/lib.sh Tests/Guest/inside)
SCENARIOS = $$(git ls-files --cached --others --exclude-standard Tests/Guest/scenarios)

.PHONY: fmt
fmt: ## Format Swift and C
	$(SWIFT) format format --in-place --parallel $(SWIFT_FILES)
	"$$(scripts/clang-format-path)" -i $(C_FILES)

.PHONY: lint
lint: deps ## Check formatting and scripts
	$(SWIFT) format lint --strict --parallel $(SWIFT_FILES)
	"$$(scripts/clang-format-path)" --dry-run -Werror $(C_FILES)
	shellcheck $(BASH_SCRIPTS)
	shellcheck --shell=dash $(GUEST_SCRIPTS)
	# Scenarios share variables with the library, which shellcheck does not see from them.
	shellcheck --shell=dash --exclude=SC2034,SC2154,SC2164 $(SCENARIOS)
