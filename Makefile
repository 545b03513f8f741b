# `make` alone says what there is. Needs make and Python 3.11 or later, nothing else.

VENV    := .venv
BIN     := $(VENV)/bin
LOCK    := requirements/development.txt
STAMP   := $(VENV)/installed
# How many processes run the tests.
WORKERS ?= 2

# The first Python on the path that is new enough; the test happens when it is needed.
FIND_PYTHON = for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	done

.DEFAULT_GOAL := help
.PHONY: help install run test slow fuzz lint format lock openapi bench mutants

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## create .venv with everything, tests included; does nothing when up to date

$(STAMP): $(LOCK)
	@$(FIND_PYTHON); \
	if [ -z "$$python" ]; then \
	  echo "congocart: Python 3.11 or later is needed, python3 is $$(python3 -V 2>&1)" >&2; exit 1; \
	fi; \
	$$python -m venv $(VENV) || { \
	  echo "congocart: $$python has no venv module (Debian: apt install python3-venv)" >&2; exit 1; \
	}
	@rm -f $@
	@{ $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r $(LOCK) \
	    >$(VENV)/install.log 2>&1 && touch $@; echo end >>$(VENV)/install.log; } & \
	  seen=; while ! tail -n 1 $(VENV)/install.log 2>/dev/null | grep -qx end; do \
	    now="$$(grep -c '^Collecting' $(VENV)/install.log 2>/dev/null) packages fetched"; \
	    grep -q '^Installing' $(VENV)/install.log 2>/dev/null && now="installing them"; \
	    [ "$$now" = "$$seen" ] || echo "congocart: $$now"; seen=$$now; sleep 5; \
	  done
	@[ -f $@ ] || { grep -v '^end$$' $(VENV)/install.log | tail -n 5 >&2; \
	  echo "congocart: the packages could not be installed, see $(VENV)/install.log" >&2; exit 1; }

run: install ## run the whole shop: database, demo shop, API, worker
	@exec $(BIN)/python manage.py up

SLOW    := slow or browser or faults
PYTEST  := $(BIN)/python -m pytest -q -n $(WORKERS) --maxprocesses $(WORKERS)

test: install ## run the test suite, on a database of its own
	$(PYTEST) --dist worksteal -m "not ($(SLOW) or fuzz)"

slow: install ## run the suites that take long: browser, killed processes, a trading day
	$(PYTEST) --dist loadfile -m "$(SLOW)"

fuzz: install ## ask the API, as every role, whatever its schema allows and forbids
	$(PYTEST) -m fuzz

lint: install ## check format, lint, types and who imports whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

format: install ## format the code and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# `fewest` takes one version for all Pythons: what the tests have run with is what is shipped.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--fork-strategy fewest --no-emit-index-url --no-header pyproject.toml

lock: ## compile requirements/*.txt from pyproject.toml; UPGRADE=1 takes the newest versions
	$(COMPILE) $(if $(UPGRADE),--upgrade) -o requirements/production.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra dev -c requirements/production.txt \
	  -o requirements/development.txt

openapi: $(STAMP) ## write docs/openapi.yaml anew, after the API has changed
	$(BIN)/python manage.py spectacular --validate --file docs/openapi.yaml

bench: install ## orders per second on one SKU and on many; the audit of 100,000 orders; pricing
	$(BIN)/python bench/hot_sku.py
	$(BIN)/python bench/audit.py --orders 100000
	$(BIN)/python bench/pricing.py

mutants: install ## mutate the engine of prices; exit 1 if its tests miss a mutant
	$(BIN)/python bench/mutants.py
