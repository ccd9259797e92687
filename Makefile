# Branchline's commands for people. `make` alone runs what CI runs: lint, then test.
# Everything is installed into .venv; only Python 3.11 or newer and make must be there before.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.branchline-ready
PEERS := $(VENV)/.branchline-peers
STORE := out/demo.db
WORKERS := 2

# The first interpreter that is new enough; `make PYTHON=/path/to/python3.12` chooses another.
NEW_ENOUGH := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON = $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && { command -v $$p; break; }; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := check
.DELETE_ON_ERROR:
.PHONY: help check demo test lint lint-format lint-rules lint-types lint-imports format bench bench-routing bench-properties soak docs constraints clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-17s %s\n", $$1, $$2}'

check: ## lint, then test
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test

demo: $(READY) ## make a network, play weeks of circulation on it and plan the next day's vans
	@mkdir -p out
	@rm -f $(STORE) $(STORE)-wal $(STORE)-shm $(STORE).keys* $(STORE).views* $(STORE).tree*
	$(BIN)/branchline --store $(STORE) demo $(ARGS)

test: $(READY) ## the whole test suite
	$(BIN)/python -m pytest -n $(WORKERS) -q $(ARGS)

lint: ## format, ruff, types, import directions; all four speak, even if the first fails
	@$(MAKE) --no-print-directory --keep-going lint-format lint-rules lint-types lint-imports

lint-format: $(READY)
	$(BIN)/ruff format --check --output-format concise .

lint-rules: $(READY)
	$(BIN)/ruff check --output-format concise .

lint-types: $(READY)
	$(BIN)/mypy

lint-imports: $(READY)
	$(BIN)/lint-imports --no-logo

format: $(READY) ## put the code into the agreed format and order the imports
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(PEERS) ## the measured promises, beside their targets
	$(BIN)/python -m bench $(ARGS)

bench-routing: $(PEERS) ## routes beside PyVRP and VROOM, for docs/performance.md; goes on where it stopped (hours)
	$(BIN)/python -m bench.routing --full $(ARGS)

bench-properties: $(READY) ## the property tests with many more examples than `make test` runs
	$(BIN)/python -m pytest tests/properties -n $(WORKERS) -q --hypothesis-profile=thorough -o faulthandler_timeout=0 $(ARGS)

soak: $(READY) ## a month played on the real branches of the south-west (needs the shared data)
	$(BIN)/python -m bench.southwest_month $(ARGS)

docs: $(READY) ## write docs/cli.md again from the commands
	$(BIN)/branchline --reference > docs/cli.md

constraints: ## put the newest versions that pyproject.toml allows into constraints.txt
	rm -rf $(VENV)
	$(MAKE) --no-print-directory $(READY) $(PEERS) CONSTRAINED=
	{ echo "# The exact versions under test, of everything that an install brings in. To take newer ones: make constraints."; \
		$(BIN)/python -m pip freeze --exclude-editable; } > constraints.txt
	touch $(READY)

clean: ## remove everything that was made here, .venv too
	rm -rf $(VENV) out build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

CONSTRAINED := -c constraints.txt

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { \
		echo "Branchline needs Python 3.11 or newer with venv and pip, and found none. Install it, or name it: make PYTHON=/path/to/python3"; \
		exit 1; } >&2
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' || { \
		echo "$(PYTHON) is not Python 3.11 or newer with venv and pip."; exit 1; } >&2
	@$(BIN)/python -c '$(NEW_ENOUGH)' 2>/dev/null || "$(PYTHON)" -m venv --clear $(VENV)
	@echo "Installing Branchline into $(VENV) (half a minute the first time)" >&2
	@$(BIN)/python -m pip install --quiet $(CONSTRAINED) -e '.[dev]'
	@touch $@

$(PEERS): $(READY)
	@echo "Installing what the measurements compare with" >&2
	@$(BIN)/python -m pip install --quiet $(CONSTRAINED) -e '.[dev,bench]' && touch $@ || \
		echo "It cannot be installed here: the measurements leave it out and say so." >&2
