# `make run` and `make test` each do their own set-up from a fresh clone. Python 3.10 or newer is all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/requirements.stamp

.PHONY: run test test-clients lint fmt bench learn sweep openapi package clean
run: $(STAMP)
	@exec $(BIN)/python -m local $(ARGS)

# pip would compile on one core; what cannot be compiled is a template.
$(STAMP): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "SSL Endpoint needs Python 3.10 or newer; this is " + sys.version.split()[0] + ". Run: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements-dev.txt
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
	@touch $@

# Three workers keep two cores busy while some tests wait; they have to see the tests in one order, hence the seed.
test: lint
	PYTHONHASHSEED=0 $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations=15

# Runs the real heroku command lines, which npm installs once into a cache folder.
test-clients: $(STAMP)
	$(BIN)/python -m pytest -m clients -rs tests/clients

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy app.py chalicelib edge local tests bench

fmt: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP)
	$(BIN)/python -m bench

learn: $(STAMP)
	@$(BIN)/python -m local.learn $(PEM)

sweep: $(STAMP)
	@$(BIN)/python -m local.sweep $(JOB)

openapi: $(STAMP)
	@$(BIN)/python -c 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout, ensure_ascii=False, indent=1)' \
		< docs/openapi.yaml > chalicelib/api/openapi.json

package: $(STAMP)
	AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-us-east-1} $(BIN)/chalice package --stage prod \
		--merge-template .chalice/resources.yaml --template-format yaml build/package

clean:
	rm -rf $(VENV) .local build
