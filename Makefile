# The whole of the repository's machinery. `make` alone explains it.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test deep quick check lint types imports sizes files drift docs golden lock bench clean

help: ## What can be made here
	@echo "QuantumLayer. Needs Python 3.11 with venv, pip, make and git."
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1~\2/p' $(MAKEFILE_LIST) | awk -F'~' '{printf "%-14s %s\n", $$1, $$2}'
	@echo
	@echo "PYTHON=/path/to/python3.11 chooses the interpreter of $(VENV)."

setup: $(STAMP) ## Install everything into .venv, so that .venv/bin/ql is there
	@echo "$(BIN)/ql is ready"

$(STAMP): requirements.lock pyproject.toml tools/setup.sh
	@sh tools/setup.sh "$(PYTHON)" $(VENV)
	@touch $@

demo: $(STAMP) ## Build the town library from text, start it, call it, show the proof, stop it
	@$(BIN)/python tools/demo.py

test: $(STAMP) ## Run every test but the deep ones, branch coverage of at least 95 %
	$(BIN)/pytest -n 2 -m "not deep" --cov --cov-report=term

deep: $(STAMP) ## Build services of other domains, whole
	$(BIN)/pytest -n 2 -m deep

quick: $(STAMP) ## Run the tests that build no whole service
	$(BIN)/pytest -n 2 -m "not slow and not deep"

check: lint types imports sizes files drift ## Lint, format, types, imports, sizes, files, stale docs

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

sizes: $(STAMP)
	$(BIN)/python tools/check_sizes.py

files: $(STAMP)
	$(BIN)/python tools/check_files.py

drift: $(STAMP)
	$(BIN)/python tools/make_schema.py --check
	$(BIN)/python tools/make_help_pages.py --check
	$(BIN)/python tools/make_error_pages.py --check

docs: $(STAMP) ## Write the schema, the help and error pages and the table of rules again
	$(BIN)/python tools/make_schema.py
	$(BIN)/python tools/make_help_pages.py
	$(BIN)/python tools/make_error_pages.py
	$(BIN)/python tools/make_rules_table.py

golden: $(STAMP) ## Write the golden services again from examples/
	$(BIN)/python tools/make_golden.py

lock: ## Write requirements.lock again from pyproject.toml (fetches uv for it)
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet uv
	build/lock/bin/uv pip compile --universal --generate-hashes --quiet --no-emit-index-url --no-header \
		pyproject.toml --group dev -o requirements.lock

bench: $(STAMP) ## Measure the figures that the product promises
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/scale.py --full

clean: ## Remove what builds and checks left behind; .venv stays
	rm -rf build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
