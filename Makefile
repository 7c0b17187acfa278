# make up     set everything up and run it on http://localhost:8501 (make up PORT=8600 DATA_DIR=/srv/pasip)
# make test   set everything up and run every test
# make setup  only set up; make lint, make bench (SIZE=5000000), make explain, make clean

PORT ?= 8501
DATA_DIR ?=
SIZE ?= 1000000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.requirements-installed
# The pip that comes with Python 3.11 (23.2) fails on the extras of lxml: a newer one goes first.
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet
# 3.11 first: the optional Telegram adapter of snscrape cannot be imported by later ones.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

.PHONY: up setup test lint bench explain clean
.DEFAULT_GOAL := up

setup: $(STAMP)

$(STAMP): requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed (Debian: apt-get install python3.11 python3.11-venv)."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "$(PYTHON) cannot make a virtual environment (Debian: apt-get install python3-venv)."; exit 1; }
	$(PIP) pip==26.3
	$(PIP) -r requirements.txt
	@touch $@

up: setup
	@$(if $(DATA_DIR),DATA_DIR="$(DATA_DIR)") exec $(BIN)/python -m workers.up --port $(PORT)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	@for browser in "$$CHROMIUM" chromium chromium-browser google-chrome; do \
		test -n "$$browser" && command -v "$$browser" >/dev/null && exit 0; done; \
		echo "No Chromium here: the browser tests are skipped (Debian: apt-get install chromium)."
	@command -v influxd >/dev/null || \
		echo "No influxd here: the tests of line protocol are skipped (Debian: apt-get install influxdb)."
	@command -v npm >/dev/null || echo "No npm here: our Flux is not read by InfluxData's own parser."
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: setup
	$(BIN)/python -m tests.benchmarks --mentions $(SIZE)

explain: setup
	$(BIN)/python -m tests.scale

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './data/*' -prune -exec rm -rf {} +
