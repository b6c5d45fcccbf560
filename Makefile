# `make run` and `make test` each do their own set-up from a fresh clone. Python 3.10 or newer is all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/requirements.stamp
NODE_STAMP := node_modules/installed.stamp
NODE_FITS := const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b > 12) || (a === 20 && b > 18) ? 0 : 1)

.PHONY: run run-moto test test-clients lint lint-js fmt bench learn sweep openapi distrusted providers package clean
run: $(STAMP)
	@exec $(BIN)/python -m local $(ARGS)

# For whoever changes the adapters of AWS: the product over moto, in memory.
run-moto: $(STAMP)
	@exec $(BIN)/python -m tests.moto.run $(ARGS)

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
	@$(MAKE) --no-print-directory lint-js

# eslint and prettier are for those who change the console, which itself needs neither node nor a build.
lint-js:
	@if ! command -v npm >/dev/null || ! node -e '$(NODE_FITS)'; then \
		echo "The console's JavaScript is not looked at: that needs Node.js 20.19, 22.13 or newer, with npm."; \
	elif ! $(MAKE) -s $(NODE_STAMP) && [ "$$CI" != true ]; then \
		echo "The console's JavaScript is not looked at: npm could not install eslint and prettier. Can its registry be reached?"; \
	else npm run --silent lint; fi

$(NODE_STAMP): package.json package-lock.json .npmrc
	@npm ci --loglevel=error >/dev/null
	@touch $@

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
	@$(BIN)/python -m local.documents

# Tables of the outer world: the roots that browsers trust no more, and whose name servers are whose.
distrusted: $(STAMP)
	@$(BIN)/python -m tests.upkeep.distrusted --write $(CERTDATA)

providers: $(STAMP)
	@$(BIN)/python -m tests.upkeep.providers $(NAMESERVERS)

package: $(STAMP)
	AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-us-east-1} $(BIN)/chalice package --stage prod \
		--merge-template .chalice/resources.yaml --template-format yaml build/package

clean:
	rm -rf $(VENV) .local build node_modules
