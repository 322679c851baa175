# assay: every target sets up what it needs in .venv; nothing outside this folder is touched, except that a missing
# Debian package that the target cannot do without is installed when make runs as root.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# A product that this machine's owner may review: a published wheel, fetched by pip and checked against its hash.
DEMO := examples/demo.lock
DEMO_FOLDER := build/demo

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "assay needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  package="python$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq "$$package" || apt-get install -y -qq python3-venv; \
	  else echo "Python's venv module lacks ensurepip: install the Debian package $$package" >&2; exit 1; fi; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m assay.examinations.prepare
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m assay.examinations.prepare
	@touch $@

install: $(VENV)/.run   ## assay and what it needs, in .venv

demo: $(VENV)/.run      ## review a real product and examples/paygate; says where the reports are
	@BIN=$(BIN) LOCK=$(DEMO) FOLDER=$(DEMO_FOLDER) bash examples/demo.sh

test: $(VENV)/.dev      ## the tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: $(VENV)/.dev      ## format, lint and import contracts
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports --no-logo 2>&1 | tail -4

types: $(VENV)/.dev     ## mypy --strict
	$(BIN)/mypy

docs: $(VENV)/.dev      ## regenerate docs/rules*.md, docs/kinds*.md, docs/libraries*.md and the schemas
	$(BIN)/python -m assay.rulebooks.pages docs
	$(BIN)/python -m assay.examinations.pages docs
	$(BIN)/python -c 'import pathlib; from assay.intake.manifest import schema_bytes; pathlib.Path("docs/schema/product.schema.json").write_bytes(schema_bytes())'

bench: $(VENV)/.dev     ## the benchmarks that need no tree of somebody else's
	$(BIN)/python benchmarks/judge.py
	$(BIN)/python benchmarks/dossier_scale.py
	$(BIN)/python benchmarks/review_throughput.py examples/paygate
	$(BIN)/python benchmarks/ledger.py
	$(BIN)/python benchmarks/sm.py
	$(BIN)/python benchmarks/border.py
	$(BIN)/python benchmarks/deposit.py
	$(BIN)/python benchmarks/estate.py --products 2000

soak: $(VENV)/.dev      ## long runs: fuzzing and kills, many more than the tests do
	ASSAY_SOAK=1 $(BIN)/python -m pytest -n $(WORKERS) tests/core tests/sm tests/intake tests/dossier tests/ledger tests/deposit tests/lab tests/rulebooks tests/estate tests/case tests/examinations

lock:                   ## requirements*.lock from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  pyproject.toml build-requirements.in -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  pyproject.toml build-requirements.in --group dev -c requirements.lock -o requirements-dev.lock

debian:                 ## Debian packages that widen assay and that tests use when they are there: libarchive, Go, PostgreSQL, SoftHSM, the cage
	@if /sbin/ldconfig -p 2>/dev/null | grep -q libarchive.so.13; then echo "libarchive is there"; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && \
	  { apt-get install -y -qq --no-install-recommends libarchive13t64 || apt-get install -y -qq --no-install-recommends libarchive13; }; \
	else echo "without the Debian package libarchive13t64 (libarchive13 before Debian 13) its tests are skipped"; fi
	@missing=; for package in default-jdk-headless mono-mcs gcc golang-go golang-golang-x-mod-dev openssl postgresql mariadb-server softhsm2 restic borgbackup; do \
	  dpkg-query -W -f='$${db:Status-Status}' "$$package" 2>/dev/null | grep -qx installed || missing="$$missing $$package"; done; \
	if [ -z "$$missing" ]; then echo "what these tests use is there"; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && \
	  apt-get install -y -qq --no-install-recommends $$missing; \
	else echo "without the Debian packages$$missing the ledger's tests that use them are skipped"; fi
	@missing=; for package in bubblewrap strace nftables iproute2 libfaketime qemu-user bpftrace nodejs python3-pip default-jre-headless clamav make; do \
	  dpkg-query -W -f='$${db:Status-Status}' "$$package" 2>/dev/null | grep -qx installed || missing="$$missing $$package"; done; \
	if [ -z "$$missing" ]; then echo "what the cage's tests use is there"; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && for package in $$missing; do \
	  apt-get install -y -qq --no-install-recommends "$$package" || echo "the Debian package $$package could not be installed: tests that use it are skipped"; done; \
	else echo "without the Debian packages$$missing the cage's tests that use them are skipped"; fi

check: lint types       ## what CI runs: lint, types, contracts, then the tests (documentation checks among them)
	$(MAKE) --no-print-directory test

clean:
	rm -rf $(VENV) build dist *.assay

.PHONY: help install demo test lint types docs bench soak lock debian check clean
