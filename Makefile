# Everything that is done with this project; `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALL_ALL := $(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.txt

# Where this is set, each of the hundreds of processes of a test run would compile torch and all else anew: 2 s of it.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run test test-fast test-long lint fix types faults screenshots bench phantoms clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 14

install: $(INSTALLED) ## Make the environment in .venv; nothing to do when it is up to date

$(INSTALLED): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Mammo needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(INSTALL_ALL) || { echo "Trying again with the certificates that this system trusts."; $(INSTALL_ALL) --system-certs; }
	@touch $@

run: install ## Open the dashboard, with a demo if there is nothing else yet
	$(BIN)/python -m mammo serve

test: install ## Run every test that belongs to a change
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not long" -n 2 --dist loadfile

test-fast: install ## Run the tests without browser and other processes
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -m "not slow and not long" -n 2 --dist loadfile

test-long: install ## Run everything, the thousands of cases too
	$(BIN)/python -m pytest

FAULTS := tests/faults tests/database tests/unit/jobs tests/unit/training/test_checkpoint_kills.py

faults: install ## Kill, stop, lock and damage what jobs depend on; nothing is lost (about an hour)
	$(BIN)/python -m pytest $(FAULTS)

screenshots: install ## Take pictures of every page into docs/screenshots
	$(BIN)/python -m tests.end_to_end.screenshots

lint: install ## Check the code's style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

fix: install ## Mend the code's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: install ## Check the types
	$(BIN)/mypy

bench: install ## Measure how fast it is; figures go to benchmarks/results
	$(BIN)/python -m benchmarks

phantoms: install ## Write synthetic mammograms into ./phantoms
	$(BIN)/python -m mammo phantoms phantoms --patients 225

clean: ## Remove the environment and caches; what Mammo keeps in .mammo stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
