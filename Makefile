# `make` lists what there is. Everything sets up what it needs by itself.
PORT ?= 8080
OPEN ?= yes
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test lint bench lock words simulate fuzz crash mutants test-pbx test-kernel test-power test-fresh deb test-deb test-install docs pictures hardware-sheets enclosure clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17

setup: ## what a user needs: Debian packages, .venv with belbord-desk, belbord-host and belbord-demo
	@tools/setup.sh run

setup-dev: ## the same and what the tests need
	@tools/setup.sh dev

demo: setup ## the whole of Belbord in one web page (PORT=8080 OPEN=no BOARD=a board file's name)
	@exec .venv/bin/belbord-demo --port $(PORT) $(if $(BOARD),--board $(BOARD)) $(if $(filter no,$(OPEN)),--no-browser,)

test: setup-dev lint ## every check and test that runs in minutes
	$(PY) -m pytest -q -n 2 --dist loadfile

lint: setup-dev ## style, types, and the layer rule
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports

bench: setup-dev ## measure; writes bench/results.json and prints a table
	$(PY) -m bench

SEEDS ?= 300
MINUTES ?= 6
simulate: setup-dev ## units, host, broker, PBX, disks and people in made-up time, with everything going wrong (SEEDS=20000 MINUTES=6)
	$(PY) -m tests.simulation --seeds $(SEEDS) --minutes $(MINUTES)

SECONDS ?= 60
fuzz: setup-dev ## throw bytes at each parser, guided by coverage, for so long each (SECONDS=60)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/fuzz.lock
	$(PY) -m tests.fuzz --seconds $(SECONDS)

KILLS ?= 10000
crash: setup-dev ## kill -9 of real unit, host and broker processes while people press (KILLS=10000 SEED=…)
	$(PY) -m tests.crash --kills $(KILLS) $(if $(SEED),--seed $(SEED),)

mutants: setup-dev ## plant known bugs in the real code, one at a time: the simulation or a test must find each
	$(PY) -m tools.mutants

test-pbx: setup-dev ## against a real Asterisk, built in .cache with debootstrap (root needed)
	$(PY) -m pytest -q -p no:xdist tests/on_pbx

test-kernel: setup-dev ## the desk unit as its service on a virtual Pi with real pins and a real I2C bus (root needed)
	$(PY) -m pytest -q -p no:xdist --timeout 1200 tests/on_kernel

CUTS ?= 20
test-power: setup-dev ## cut the power of that virtual Pi while notes are pressed, boot it again and count (CUTS=20; root needed)
	CUTS=$(CUTS) $(PY) -m pytest -q -s -p no:xdist --timeout 36000 tests/on_power

SUITES ?= bookworm trixie
ARCHES ?= amd64 arm64
deb: setup-dev ## Debian packages of both programs in dist/ (root needed; SUITES="bookworm trixie" ARCHES="amd64 arm64")
	@set -e; for suite in $(SUITES); do for arch in $(ARCHES); do packaging/build.sh $$suite $$arch; done; done

test-deb: deb ## the packages installed, upgraded, rolled back and purged on machines with systemd (root needed)
	@set -e; for suite in $(SUITES); do packaging/build.sh $$suite amd64 99.0; done
	$(PY) -m pytest -q -p no:xdist --timeout 600 tests/on_packages

test-install: deb ## the install page, word for word, on two bare machines with a cable between them (root needed)
	$(PY) -m pytest -q -s -p no:xdist --timeout 600 tests/on_packages/test_new_office.py

test-fresh: ## the README's two commands in bare Debian 12 and 13 roots (root needed)
	tools/test_fresh.sh

docs: ## the documentation as a site in build/site, for a browser or any web server
	@tools/setup.sh docs
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict
	@echo "docs: open build/site/index.html"

pictures: setup-dev ## redraw the pictures in docs/ from the running product
	$(PY) -m tools.pictures

hardware-sheets: setup-dev ## redraw wiring, diagram, parts list and enclosure numbers from the board files
	$(PY) -m tools.hardware_sheets

enclosure: ## the case and the sign box as STL in .cache/enclosure, and their pictures (needs openscad and xvfb)
	tools/enclosure.sh

words: setup-dev ## gather the texts people read into the message catalogues
	tools/words.sh

lock: ## pin the newest allowed versions (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade --extra demo --extra build pyproject.toml -o requirements/run.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade --extra pi -c requirements/run.lock pyproject.toml -o requirements/pi.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade --extra host -c requirements/run.lock pyproject.toml -o requirements/host.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade --extra docs -c requirements/run.lock pyproject.toml -o requirements/docs.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade --extra dev -c requirements/run.lock -c requirements/pi.lock -c requirements/docs.lock pyproject.toml -o requirements/dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade --extra fuzz -c requirements/dev.lock pyproject.toml -o requirements/fuzz.lock

clean: ## remove what setup and the tests made
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
