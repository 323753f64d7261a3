# Needs Python >= 3.11 with pip, and make. Everything is set up inside this folder.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV := .uv/bin/uv
BIN := .venv/bin
VENDOR := src/ews/serving/static/vendor
ARGS ?=

export PYTHON
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export UV_CACHE_DIR := $(CURDIR)/.uv/cache
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export MLFLOW_DISABLE_TELEMETRY := true
# compiled modules are kept, whatever the environment says: without, each process compiles thousands anew
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench trust check format docs sbom lock clean browser spark java promtool

help:  ## Show the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## (.*)/  make \1|\2/' | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

setup: .venv/ready $(VENDOR)/LICENCES.txt  ## Build .venv and the assets of the pages from the lock files

$(UV): requirements-setup.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "ews needs Python 3.11 or newer, and '$(PYTHON)' is not. Say which one: make setup PYTHON=/path/to/python3.11"; exit 1; }
	@rm -rf .uv
	@# --target leaves the system's Python alone, also where PEP 668 guards it
	@$(PYTHON) -m pip install --quiet --target .uv --require-hashes --only-binary :all: -r requirements-setup.lock
	@touch $(UV)

.venv/ready: $(UV) requirements.lock pyproject.toml src/ews/__init__.py
	@echo "Setting up .venv"
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch .venv/ready

node_modules/ready: package.json package-lock.json .npmrc requirements-node.lock assets/with-node.sh $(UV)
	@echo "Setting up node_modules"
	@sh assets/with-node.sh npm ci --ignore-scripts --include=dev --loglevel=error >/dev/null || \
	  { echo "The packages of package-lock.json could not be had. Behind a mirror of npm, name it: npm_config_registry=ADDRESS make setup"; exit 1; }
	@touch node_modules/ready

# the last file that is written stands for the folder
$(VENDOR)/LICENCES.txt: node_modules/ready assets/vendor.py assets/charts.mjs assets/icons.txt assets/notices.txt | .venv/ready
	@sh assets/with-node.sh $(BIN)/python -m assets.vendor

demo: setup  ## Simulate a book, train, score 13 months, serve (ARGS="--borrowers 1000 --no-serve" is the quick one)
	@$(BIN)/ews demo $(ARGS)

test: setup browser spark promtool .venv/docs  ## Run every test, those in a browser and on Spark where there is one
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

browser:
	@sh tests/browser/install.sh

promtool: setup
	@sh tests/deploy/install.sh

spark: setup .venv/spark java  ## Add Spark to .venv, and Java 17 to the machine where that is possible

java:
	@sh tests/spark/install.sh

.venv/spark: requirements-spark.lock .venv/ready
	@echo "Adding Spark to .venv"
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --require-hashes -r requirements-spark.lock \
	  && touch .venv/spark || \
	  echo "That did not work. Without Spark its tests are skipped."

check: setup  ## Format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup  ## Put the code into the house format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup  ## Measure speed and scale in small sizes (ARGS=--full: in full, for hours); one JSON in test-output
	@$(BIN)/python -m benchmarks all $(ARGS)

trust: setup  ## Kills, damaged files, odd requests, many officers, in full, for hours (ARGS=--small: minutes)
	@$(BIN)/python -m benchmarks trust $(ARGS)

docs: setup .venv/docs  ## Write docs/features.md and build the site into dist/site, every link checked
	@$(BIN)/python -m ews.features.documentation > docs/features.md
	@$(BIN)/python -m handbook

.venv/docs: requirements-docs.lock .venv/ready
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements-docs.lock && touch .venv/docs || \
	  echo "That did not work. Without the tools of the docs the site is not built, and its tests are skipped."

sbom: setup  ## List what the product is made of, with licences: dist/sbom.json, dist/licences.md
	@$(BIN)/python -m deploy.bill

lock: $(UV)  ## Resolve the dependencies anew
	@$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --group dev -o requirements.lock
	@$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header --python-version 3.11 --constraints requirements.lock --group docs -o requirements-docs.lock
	@sed -n 's/^spark = \["\(.*\)"\].*/\1/p' pyproject.toml | $(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header --python-version 3.11 --constraints requirements.lock - -o requirements-spark.lock
	@sh assets/with-node.sh npm update --package-lock-only --ignore-scripts --loglevel=error

clean:  ## Remove what the targets made
	@rm -rf .venv .uv node_modules $(VENDOR) demo dist test-output .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
