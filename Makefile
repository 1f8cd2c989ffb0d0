# Two commands set everything up: make run, make test. Both are safe to repeat.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 3000
export REFLEX_CHECK_LATEST_VERSION := false
export REFLEX_TELEMETRY_ENABLED := false
export CREWAI_DISABLE_TELEMETRY := true
export OTEL_SDK_DISABLED := true
export PATH := $(CURDIR)/$(BIN):$(PATH)
NPM_CONFIG_REGISTRY ?= $(shell npm config get registry 2>/dev/null)
ifneq ($(strip $(NPM_CONFIG_REGISTRY)),)
export NPM_CONFIG_REGISTRY
endif

.PHONY: help run test check lint types tests tests-without-browser tests-with-browser e2e faults bench accuracy browser clean

help: ## Say what there is to make
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/installed ## Set up if needed, then serve http://localhost:3000 until Ctrl-C
	@exec $(BIN)/python -m discovery_app serve --demo --port $(PORT)

test: $(VENV)/installed-dev browser check tests ## Set up if needed; lint, types, contracts, every test

check: $(VENV)/installed-dev ## Lint, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --level error --threads 2
	$(BIN)/lint-imports

tests: $(VENV)/installed-dev ## Every test but the long ones, the browser's beside the others
	@$(MAKE) --no-print-directory -j 2 tests-without-browser tests-with-browser

tests-without-browser:
	$(BIN)/pytest -n 2 --dist loadgroup -m "not e2e and not long"

tests-with-browser:
	$(BIN)/pytest -m "e2e and not long"

e2e: $(VENV)/installed-dev browser ## Browser tests only
	$(BIN)/pytest -m e2e

faults: $(VENV)/installed-dev ## The long fault suite
	$(BIN)/pytest -m "faults"

bench: $(VENV)/installed-dev $(VENV)-bench/installed ## Measure beside bare baselines and DBOS; writes benchmarks/README.md
	$(BIN)/python -m benchmarks

accuracy: $(VENV)/installed-dev ## How often the rules are right; writes benchmarks/accuracy.md
	$(BIN)/python -m benchmarks.accuracy

browser: $(VENV)/installed-dev
	@$(BIN)/python -m tests.browser

$(VENV)/installed: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# DBOS, in an environment of its own; without it, its rows of the bench say so.
$(VENV)-bench/installed: requirements-bench.txt
	@test -x $(VENV)-bench/bin/python || $(PYTHON) -m venv $(VENV)-bench
	@$(VENV)-bench/bin/pip install -q --disable-pip-version-check -r requirements-bench.txt \
		&& touch $@ || echo "DBOS could not be installed; the bench goes on without it."

clean: ## Remove what was built; data in .discovery stays
	rm -rf .web $(VENV) $(VENV)-bench .pytest_cache .ruff_cache
