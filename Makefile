# Kuznia's commands. `make help` explains each; all of them install what they need into this folder first.
# Needs python3 (3.11 or newer, with venv) and make, nothing else.

PYTHON ?= python3
# More words for the command behind a target, for instance `make up ARGS="--port 9000 --no-demo"`.
ARGS ?=
# What is large or seldom needed, to install as well: EXTRAS="catboost torch onnx". What was chosen once stays.
EXTRAS ?=
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help up install install-dev install-peers test check bench peers openapi format lock clean

help: ## Say what each command does
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: install ## Install what is missing, start everything, say where it is; Ctrl-C stops it
	@exec $(BIN)/kuznia up $(ARGS)

install: ## Install what `make up` needs, without starting anything
	@$(PYTHON) -I deploy/scripts/install.py $(EXTRAS)

install-dev:
	@$(PYTHON) -I deploy/scripts/install.py dev $(EXTRAS)

test: install-dev ## All tests: lint, types, contracts, unit, service, faults, browser
	@$(BIN)/python -m tests.support.suite all $(ARGS)

check: install-dev ## The fast part of the tests, under two minutes
	@$(BIN)/python -m tests.support.suite fast $(ARGS)

bench: install-dev install-peers ## Measure the hot paths beside other people's engines
	@$(BIN)/python -m bench $(ARGS)

peers: install-dev install-peers ## Check accounts and metrics against other people's engines
	@$(BIN)/python -m tests.support.suite peers $(ARGS)

install-peers:
	@$(PYTHON) -I deploy/scripts/install.py peers

openapi: ## Write the API's specification and generate the web interface's client from it
	@$(PYTHON) -I deploy/scripts/install.py dev python # the pages need not build before their client is there
	@$(BIN)/python -m kuznia.api openapi > docs/openapi.json.new
	@mv docs/openapi.json.new docs/openapi.json
	@$(PYTHON) -I deploy/scripts/install.py npm run generate

format: install-dev ## Put all code into its form
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .
	@$(PYTHON) -I deploy/scripts/install.py npm run format

lock: ## Resolve dependencies anew and write the lock files
	@$(PYTHON) -I deploy/scripts/install.py lock

clean: ## Remove what was built and installed here (data folders stay)
	rm -rf .tools .venv web/node_modules web/dist src/kuznia/api/static build dist
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
