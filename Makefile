# Ωmenigen. `make up` is all that a newcomer needs; `make help` lists the rest.
#
# Settings come from the environment, the command line (make up PORT=9000) or .env: see .env.example.

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
.PHONY: help up setup test test-server test-web test-e2e check check-server check-web bench lock clean web FORCE

PY := .venv/bin/python
SERVER := cd server && ../$(PY)
# Tests share two cores with the servers that they start.
WORKERS ?= 2

help: ## list what can be made
	@printf '%s\n' 'Ωmenigen' ''
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22
	@printf '%s\n' '' '  ./omenigen --help   the commands of the server' \
		'  PORT, HOST, DATA    where it listens (127.0.0.1:8000) and keeps its data (./data)'

up: .make/python web ## install what is missing, build the web app, start everything
	@OMENIGEN_FOLLOW_PARENT=1 exec ./omenigen up

setup: .make/python-dev .make/node web ## install everything, also for tests and checks

test: test-web test-e2e test-server ## all tests: web units, browser journeys, server

test-server: .make/python-dev ## the server's tests, against real PostgreSQL, NATS and Redis
	@$(SERVER) -m pytest -n $(WORKERS)

test-web: .make/node ## the web app's unit tests
	@cd web && npm run --silent test

test-e2e: .make/python web ## the web app in a real browser against a real server
	@browser="$${CHROMIUM:-}"; \
	for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		[ -n "$$browser" ] || browser="$$(command -v $$name || true)"; \
	done; \
	cd web; \
	if [ -z "$$browser" ]; then \
		echo '→ No Chromium on this machine: Playwright downloads its own'; \
		npx playwright install chromium || { \
			echo 'make: the browser tests need Chromium, and it could not be downloaded.' >&2; \
			echo '      Install it (apt install chromium) or set CHROMIUM to its path.' >&2; exit 1; }; \
	fi; \
	CHROMIUM="$$browser" npm run --silent e2e

check: check-server check-web ## formatting, lint, types, import contracts

check-server: .make/python-dev
	@$(SERVER) -m ruff format --check .
	@$(SERVER) -m ruff check .
	@$(SERVER) -m mypy
	@cd server && ../.venv/bin/lint-imports

check-web: .make/node web
	@cd web && npm run --silent check && npm run --silent budget

bench: .make/python-dev web ## measure; figures go to bench/out/
	@PYTHONPATH=server $(PY) bench/run.py

lock: ## pin requirements*.txt again, with hashes and without any index address
	@test -x .make/lock/bin/pip-compile || { $(find_python); "$$python" -m venv .make/lock; \
		.make/lock/bin/pip install --quiet pip-tools; }
	@cd server && for name in requirements requirements-dev; do \
		echo "→ $$name.txt"; \
		../.make/lock/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header \
			--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
			--output-file $$name.txt $$name.in; \
	done

clean: ## remove what `make` has made (never the data folder)
	@rm -rf .make .venv web/node_modules web/dist

# The first Python that fits: 3.11 and 3.12 bring an embedded Redis with them, so they are tried first.
define find_python
python=; \
for names in "3.11 3.12" "3.11 3.12 3.13 3.14"; do \
	for candidate in $(PYTHON) python3 python3.12 python3.11 python3.13 python3.14; do \
		if [ -z "$$python" ]; then \
			version="$$($$candidate -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true)"; \
			case " $$names " in *" $${version:-none} "*) \
				if "$$candidate" -c 'import venv, ensurepip' 2>/dev/null; then python="$$candidate"; \
				else without="$$candidate"; fi ;; esac; \
		fi; \
	done; \
done; \
if [ -z "$$python" ]; then \
	if [ -n "$${without:-}" ]; then \
		echo "make: $$without is here, but not its venv module. Install it: apt install python3-venv" >&2; \
	else \
		echo 'make: Ωmenigen needs Python 3.11 or newer (found: '"$$(python3 --version 2>&1 || true)"').' >&2; \
		echo '      Install it, or name it: make up PYTHON=/path/to/python3.11' >&2; \
	fi; \
	exit 1; \
fi
endef

# A checkout that was moved leaves a .venv whose python is gone: it is made anew.
.venv/bin/python:
	@$(find_python); \
	echo "→ Python environment in .venv ($$("$$python" --version))"; \
	"$$python" -m venv --clear .venv

.make/python: server/requirements.txt | .venv/bin/python
	@mkdir -p .make
	@echo '→ Python packages (the first time about a minute)'
	@{ $(PY) -m pip install --disable-pip-version-check --no-input --progress-bar off --require-hashes -r $< \
		&& touch $@.installed; } | awk '/^Collecting/ { print "  " $$2; fflush() }'
	@test -f $@.installed || { echo 'make: pip could not install the packages; its reason is above.' >&2; exit 1; }
	@mv $@.installed $@

.make/python-dev: server/requirements-dev.txt .make/python
	@echo '→ Python packages for tests and checks'
	@$(PY) -m pip install --disable-pip-version-check --no-input --quiet --require-hashes -r $<
	@touch $@

.make/node: web/package-lock.json web/package.json
	@command -v node >/dev/null || { \
		echo 'make: Ωmenigen needs Node 20.19 or newer to build its web app; no node on PATH.' >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b >= 2019 ? 0 : 1)' || { \
		echo "make: Ωmenigen needs Node 20.19 or newer (found: $$(node --version))." >&2; exit 1; }
	@mkdir -p .make
	@echo '→ Web packages (the first time about a minute)'
	@cd web && npm ci --no-fund --no-audit
	@touch $@

# Budgets are for those who change the web app (`make check`): a start never fails over a kilobyte.
# By content, not by time: a switched branch or a fresh copy builds only what really differs.
web: .make/node
	@sum="$$(find web content/texts -path web/node_modules -prune -o -path web/dist -prune -o -path web/e2e -prune \
		-o -path web/test-results -prune -o -path web/playwright-report -prune -o -path web/shots -prune \
		-o -name '*.gen.ts' -prune -o -name '*.tsbuildinfo' -prune -o -type f -print \
		| LC_ALL=C sort | xargs cksum | cksum)"; \
	if [ ! -f web/dist/index.html ] || [ "$$sum" != "$$(cat .make/web 2>/dev/null || true)" ]; then \
		echo '→ Building the web app'; \
		(cd web && npm run --silent routes && npx --no-install vite build --logLevel warn); \
		printf '%s' "$$sum" > .make/web; \
	fi

FORCE:
ifeq ($(wildcard .venv/bin/python),)
.make/python .make/python-dev: FORCE
endif
ifeq ($(wildcard web/node_modules/.package-lock.json),)
.make/node: FORCE
endif
