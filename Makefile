# Two commands do everything on a machine with python3 (3.11 or later) and make:
#   make demo    installs, analyses a simulated association, says where its report is, then opens it
#                in the platform until Ctrl-C (make demo ONCE=1 ends instead)
#   make test    installs, runs every test but the proofs
# make proofs takes minutes more: the platform's tests again on PostgreSQL, every page in a browser.
# make spark adds Spark (half a gigabyte, and Java) to what is installed; its test is skipped without.
# Tests in a browser are skipped without Chromium (apt-get install chromium).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SPARK := $(VENV)/.installed-spark
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable

.PHONY: proofs demo spark test test-fast lint format docs pictures benchmarks clean

demo: $(STAMP)
	$(BIN)/mecene demo --out demo
	$(BIN)/mecene serve --home demo/home --demo demo/exports $(if $(ONCE),--once)

spark: $(SPARK)

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not proof"

test-fast: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow and not proof"

proofs: $(STAMP)
	$(BIN)/python -m pytest -m proof

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(STAMP)
	$(BIN)/python docs/build.py

pictures: $(STAMP)
	$(BIN)/python docs/pictures.py

benchmarks: $(STAMP)
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) demo

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Mécène needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Say which with: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) ".[dev,web]"
	touch $(STAMP)

$(SPARK): $(STAMP)
	$(INSTALL) ".[dev,web,spark]"
	touch $(SPARK)
