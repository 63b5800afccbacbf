# Everything a person needs: `make demo`, `make test`. Both set themselves up in .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
RUN := $(VENV)/bin/python
PERSON ?= office-worker
DEMO := --person $(PERSON) $(if $(DATA),--data "$(DATA)") $(if $(EXPORT),--export "$(EXPORT)") \
	$(if $(GEMINI),--gemini $(GEMINI)) $(if $(STATE),--state "$(STATE)") $(if $(SEED),--seed $(SEED)) \
	$(if $(EXPLAIN),--explain) $(if $(LOCALE),--language $(LOCALE)) $(if $(LEVEL),--level $(LEVEL)) \
	$(if $(TYPE),--type $(TYPE)) $(if $(TIMEFRAME),--timeframe $(TIMEFRAME))

.PHONY: help demo up test chaos check audit format bench bundle lock clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1	/' | expand -t 10

$(VENV)/installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "Python 3.11 expected, found " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(VENV)/installed ## Carry a person's week through the chain: PERSON= DATA= EXPORT= GEMINI= STATE= SEED= EXPLAIN= LOCALE= LEVEL= TYPE= TIMEFRAME=
	$(RUN) -m infra.local demo $(DEMO)

up: $(VENV)/installed ## Start the embedded cloud and the functions; print what to export
	$(RUN) -m infra.local up $(if $(STATE),--state "$(STATE)") $(if $(GEMINI),--gemini $(GEMINI))

test: $(VENV)/installed ## Run all tests, a file to a worker
	$(RUN) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

chaos: $(VENV)/installed ## Try it all under faults; count what is lost, twice, stuck: SEED= UPLOADS= PEOPLE=
	$(RUN) -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(UPLOADS),--uploads $(UPLOADS)) $(if $(PEOPLE),--people $(PEOPLE))

check: $(VENV)/installed ## Lint, format, types, layers, unsafe calls; Terraform, image, build file
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy shared/clarity functions infra tests
	$(VENV)/bin/lint-imports
	$(VENV)/bin/bandit --quiet --configfile pyproject.toml --recursive shared functions infra
	$(VENV)/bin/hadolint infra/endpoint/Dockerfile
	$(VENV)/bin/shellcheck infra/build/*.sh
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.cloudbuild cloudbuild.yaml
	$(RUN) -m infra.terraform

audit: $(VENV)/installed ## Ask whether a locked package has a known vulnerability
	$(RUN) -m infra.audit

format: $(VENV)/installed ## Format and fix what can be fixed
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(RUN) -m infra.terraform fmt --write

bench: $(VENV)/installed ## Measure: cold starts; decode, grid, metrics beside their peers; PAT on each runtime; the chain under load
	$(RUN) -m tests.bench
	$(RUN) -m tests.bench.pat
	$(RUN) -m tests.bench.load

bundle: $(VENV)/installed ## Write dist/<function>.zip
	$(RUN) -m infra.bundle

lock: $(VENV)/installed ## Resolve pyproject.toml into the requirements.txt files
	$(RUN) -m infra.lock

clean: ## Remove the environment, bundles and the embedded cloud's state
	rm -rf $(VENV) dist .clarity
