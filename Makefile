# Set-up, tests and checks. A fresh clone needs Python 3.11 or newer, pip and make; `make help` lists
# the targets.

PYTHON ?= python3
VENV   ?= .venv
# LOCK=1 installs the pinned and hashed requirements/ci.txt, as CI does, instead of the newest releases.
LOCK   ?=
# Further arguments, for pytest above all: make test ARGS='-k intervals -x'
ARGS   ?=
# A number from which all random draws follow; none is another in every run.
NFW_SEED ?=
# How many processes share the tests: one more than there are cores, because some tests wait for real processes
# most of their time. 0 is for a debugger, which wants pytest itself: make test WORKERS=0 ARGS='-k intervals --pdb'
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

BIN      := $(VENV)/bin
RUNTIME  := $(VENV)/.installed-runtime
DEV      := $(VENV)/.installed-dev$(if $(LOCK),-locked)
LOCKFILE := requirements/ci.txt
PIP      := $(BIN)/python -m pip --quiet --disable-pip-version-check
# worksteal: each worker takes its share in one piece, so that what a module sets up is set up once or twice, and
# one that is done takes over from another: a file of long tests holds up nobody.
PYTEST   := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(NFW_SEED:%=--hypothesis-seed=%)

# Nothing is ever installed outside the virtual environment.
export PIP_REQUIRE_VIRTUALENV := 1
# Images set it to stay small. Each worker, and each command that a test starts, would compile all code anew.
unexport PYTHONDONTWRITEBYTECODE
export NFW_SEED

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(RUNTIME) ## the whole story on the emulator, without an AWS account
	@$(BIN)/nfw-reconcile demo

.PHONY: lab
lab: $(DEV) ## the story with real connections and a real Suricata, in network namespaces (root, Linux)
	@$(BIN)/python -m lab $(ARGS)

.PHONY: dev
dev: $(DEV) ## install the package and all that its tests and checks need into .venv

.PHONY: test test-full soak
test: $(DEV) ## all tests, with few random draws: minutes
	NFW_TESTS=quick $(PYTEST) $(ARGS)

test-full: $(DEV) ## all tests, with many random draws and the slow ones
	NFW_TESTS=full $(PYTEST) $(ARGS)

soak: $(DEV) ## all tests, with so many random draws that it takes hours
	NFW_TESTS=soak $(PYTEST) $(ARGS)

# In one process: coverage watches no other.
.PHONY: bench
bench: $(DEV) ## how fast it is, beside its peers: ARGS='classify plan' for some rows
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: coverage
coverage: $(DEV) ## all tests as in `make test`, and what they left out, branch by branch
	NFW_TESTS=quick $(BIN)/python -m coverage run -m pytest $(ARGS)
	$(BIN)/python -m coverage report

.PHONY: suricata8
suricata8: $(DEV) ## fetch Suricata 8 into build/, unpacked, as a second oracle: the next test run uses it
	$(BIN)/python -m tests.oracle.second

.PHONY: lint style imports types format
lint: style imports types ## all checks that run no code: style, import contracts, types

style: $(DEV) ## ruff: rules and layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

imports: $(DEV) ## import-linter: who may import whom
	$(BIN)/lint-imports --no-logo

types: $(DEV) ## mypy, strict, over the package and its tests
	$(BIN)/mypy

format: $(DEV) ## rewrite the code as `make style` wants it, where a tool can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: examples
examples: $(DEV) ## plan the examples anew with the real terraform: ARGS=NAME for one of them
	$(BIN)/python -m tests.provider.regenerate $(ARGS)

.PHONY: dist
dist: $(DEV) ## build the source distribution, and the wheel out of it, into dist/
	$(BIN)/python -m build --no-isolation --outdir dist

.PHONY: lock
lock: ## write the lock file anew, with the newest releases that pyproject.toml admits
	@mkdir -p build
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip --quiet --disable-pip-version-check install uv
	build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-config --custom-compile-command 'make lock' --extra dev --output-file $(LOCKFILE) pyproject.toml

.PHONY: clean
clean: ## remove all that was built, installed or cached
	rm -rf $(VENV) build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# --- what is installed ----------------------------------------------------------------------------
# An empty file in .venv stands for each finished installation, so that a second run installs nothing.

$(VENV)/.created:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "'$(PYTHON)' was not found. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python ..." >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "'$(PYTHON)' is $$($(PYTHON) --version 2>&1); nfw-reconcile needs Python 3.11 or newer." \
	    "Name one: make PYTHON=python3.12 ..." >&2; \
	  exit 1; }
	@echo "Creating $(VENV) ..."
# Some systems ship Python without what puts pip into a new environment; their own pip does it then.
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
	  $(PYTHON) -m venv --clear --without-pip $(VENV) && \
	  $(PYTHON) -m pip --quiet --python $(BIN)/python install pip; }
	@touch $@

$(RUNTIME): pyproject.toml | $(VENV)/.created
	@echo "Installing nfw-reconcile and what it needs at run time into $(VENV) ..."
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/.created
	@echo "Installing nfw-reconcile and what its tests and checks need into $(VENV) ..."
	@$(PIP) install --editable '.[dev]'
	@touch $@ $(RUNTIME)

# The build backend is in the lock too, so the package itself is installed without a download.
$(VENV)/.installed-dev-locked: pyproject.toml $(LOCKFILE) | $(VENV)/.created
	@echo "Installing nfw-reconcile and the locked releases of what its tests and checks need into $(VENV) ..."
	@$(PIP) install --require-hashes --requirement $(LOCKFILE)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(RUNTIME)
