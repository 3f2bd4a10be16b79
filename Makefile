# What a developer does with Chirrup. Each step runs only when what it depends on has changed.

VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
PYTHON ?= python3
DATA ?= data
# how much the demo's members do in a minute; 0 for a quiet one
MEMBERS ?= 10
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
NODE_MODULES := web/node_modules/.package-lock.json
WEB := web/dist/index.html
WEB_SOURCES := $(shell find web/src web/public web/scripts -type f) $(wildcard web/*.ts web/index.html)

.PHONY: help setup install run test lint format lock clean test-web test-python test-cluster browser \
	services-up services-down services-reset services-check

help:
	@echo 'make setup   everything that development needs'
	@echo 'make install only what running needs'
	@echo 'make run     a community with demo data at http://127.0.0.1:8000; MEMBERS=0 for a quiet one'
	@echo 'make test    lint and all tests, as CI runs them'
	@echo 'make test-cluster  the end-to-end tests and the judge on real services, which services-up starts'
	@echo 'make lint    only the checks that read the code'
	@echo 'make format  put the Python code in its form'
	@echo 'make lock    pin the dependencies anew'
	@echo 'make services-up     PostgreSQL, Redis, Kafka and the rest, for the cluster profile'
	@echo 'make services-check  how each of them is; also services-down, services-reset'
	@echo 'make clean   remove what the other targets made; data stay'

setup: $(DEV) $(WEB)

install: $(RUNTIME) $(WEB)

run: install
	@$(BIN)/chirrup demo --if-empty --data-dir $(DATA)
	@exec $(BIN)/chirrup serve --host 127.0.0.1 --port 8000 --data-dir $(DATA) --demo-members $(MEMBERS)

test: setup browser lint test-web test-python

lint: $(DEV) $(NODE_MODULES)
	$(BIN)/ruff check src tests deploy scripts/services
	$(BIN)/ruff format --check src tests deploy scripts/services
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	cd web && npm run --silent lint
	cd web && npm run --silent typecheck

format: $(DEV)
	$(BIN)/ruff check --fix src tests deploy scripts/services
	$(BIN)/ruff format src tests deploy scripts/services

test-web: $(NODE_MODULES) $(WEB)
	cd web && npm test --silent
	cd web && npm run --silent budget

test-python: $(DEV) $(WEB)
	$(BIN)/pytest
	$(if $(wildcard .services/env)$(filter true,$(CI)),$(MAKE) --no-print-directory test-cluster)

# one application goes on from test to test, so all run on its event loop
test-cluster: $(DEV) $(WEB)
	$(BIN)/pytest --profile cluster tests/e2e \
		-o asyncio_default_fixture_loop_scope=session -o asyncio_default_test_loop_scope=session
	$(BIN)/pytest --profile cluster tests/live \
		-o asyncio_default_fixture_loop_scope=session -o asyncio_default_test_loop_scope=session
	CHIRRUP_TEST_SEARCH=opensearch $(BIN)/pytest --profile cluster \
		tests/e2e/test_search.py tests/e2e/test_search_fuzz.py tests/e2e/test_search_reindex.py \
		-o asyncio_default_fixture_loop_scope=session -o asyncio_default_test_loop_scope=session
	$(BIN)/pytest --profile cluster tests/model

# nothing may be skipped in CI, so what the tests of the cluster profile need runs there; .ci/run stops it
test-python: $(if $(filter true,$(CI)),services-up)

services-up services-down services-reset services-check: services-%:
	@$(PYTHON) scripts/services $*

browser: $(DEV)
	@scripts/need-browser

# uv.lock itself names the registry in every entry, so only the pins and hashes made from it are kept
lock: $(UV)
	$(UV) lock --upgrade
	$(UV) export --frozen --no-header --no-emit-project --no-dev --output-file requirements/runtime.lock --quiet
	$(UV) export --frozen --no-header --no-emit-project --extra bench --output-file requirements/dev.lock --quiet
	@! grep -nE 'https?://' requirements/*.lock || { echo 'The locks above name a host.' >&2; exit 1; }

clean:
	rm -rf $(VENV) web/node_modules web/dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests deploy -name __pycache__ -type d -prune -exec rm -rf {} +

$(UV):
	@scripts/need python $(PYTHON)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'

$(RUNTIME): requirements/runtime.lock pyproject.toml | $(UV)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/runtime.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(DEV): requirements/dev.lock $(RUNTIME)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@touch $@

$(NODE_MODULES): web/package.json web/package-lock.json web/.npmrc
	@scripts/need node
	cd web && npm ci --no-progress
	@touch $@

$(WEB): $(NODE_MODULES) $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@
