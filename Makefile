# Guildpost: everything a newcomer or a machine runs.
#   make demo    a brand and 12 dealerships, end to end (ARGS="--exit" ends by itself)
#   make test    the test suite (creates .venv itself, runs offline afterwards; JOBS=2 processes, real networks by themselves)
#   make check   lint, types, import contracts, lock and docs
#   make bench   performance claims, one JSON line per figure (BENCH=demo|...)
#   make soak    long fault campaigns
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := installers/lock/workspace.txt
ARGS ?=
BENCH ?= demo
JOBS ?= 2
# Tests that start whole networks of processes and wait for them much: they run beside one another and nothing else.
NETWORKS := tests/e2e/test_demo.py tests/e2e/test_bad_input.py tests/e2e/test_recall_in_the_field.py
export FLWR_TELEMETRY_ENABLED := 0
export FLWR_DISABLE_UPDATE_CHECK := 1
# The demo and a test run start hundreds of interpreters; without bytecode files each would compile the product anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench soak lock protos clean help
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

$(VENV)/.ready: $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Guildpost needs Python 3.11 or newer; set PYTHON=/path/to/python3.11."; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "The Python venv module is missing: apt-get install python3-venv, then run make again."; rm -rf $(VENV); exit 2; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(VENV)/.ready
	$(BIN)/guildpost-demo $(ARGS)

test: $(VENV)/.ready
ifeq ($(strip $(ARGS)),)
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(NETWORKS:%=--ignore=%)
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(NETWORKS)
else
	$(BIN)/pytest $(ARGS)
endif

check: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/architecture/check_repository.py

bench: $(VENV)/.ready
	$(BIN)/python -m bench $(BENCH) $(ARGS)

soak: $(VENV)/.ready
	GUILDPOST_SOAK=1 $(BIN)/pytest -m "soak or campaign" --timeout 0 $(ARGS)

protos: $(VENV)/.ready
	$(BIN)/python proto/generate.py

# Needs uv on the PATH (it is in the workspace itself); writes versions and hashes, never an address.
lock: $(VENV)/.ready
	$(BIN)/uv pip compile shared/pyproject.toml agent/pyproject.toml coordinator/pyproject.toml pyproject.toml --group dev \
	  --universal --python-version 3.11 --generate-hashes --no-emit-package guildpost-shared --no-annotate \
	  --custom-compile-command "make lock" -o $(LOCK)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache guildpost-demo
