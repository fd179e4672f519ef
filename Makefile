# make demo: set up and grade a sample class.   make test: set up and run the tests.
# Set PYTHON to choose an interpreter; it needs 3.11, 3.12 or 3.13, because TensorFlow has no wheel beyond.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
OUT ?= demo
SECONDS_A_TARGET ?= 60
# Each file of tests stays with one; tests wait more than they work, and one takes up to 2 GiB.
TESTERS ?= 3
PYTEST := $(BIN)/python -m pytest --numprocesses $(TESTERS) --dist loadfile --no-loadscope-reorder --durations=25

.PHONY: help setup demo test check validate hostile kills soak fuzz course mutants bench ratios gradescope words peers oldest exercises fixtures system clean

help:
	@sed -n '1,2s/^# //p' Makefile

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt | system
	@test -n "$(PYTHON)" || { echo "No Python 3.11 to 3.13 with venv found. Debian, Ubuntu: sudo apt-get install python3-venv; or make PYTHON=/path/to/python3.12 ..."; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# libseccomp is the one system library that no wheel carries; nearly every Linux has it.
system:
	@if [ "$$(uname -s)" = Linux ] && ! ldconfig -p 2>/dev/null | grep -q 'libseccomp\.so\.2' && ! /sbin/ldconfig -p | grep -q 'libseccomp\.so\.2'; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -qq -y libseccomp2 >/dev/null; \
		else echo "The walls need libseccomp: sudo apt-get install libseccomp2"; exit 2; fi; fi

demo: setup
	$(BIN)/grader grade fixtures/sample_class --out $(OUT)
	$(BIN)/grader feedback $(OUT)

test: setup .venv/browser/ready .venv/s3/ready
	$(PYTEST)

# What the tests in a real browser need from npm.
.venv/browser/ready: .venv/ready tests/chromium.py tests/feedback/browser/package-lock.json
	$(BIN)/python tests/chromium.py .venv/browser
	@touch $@

# A server that speaks S3, for the tests of submissions and results by URL; what it needs does not go with what we need.
.venv/s3/ready: .venv/ready tests/s3/requirements.txt
	$(PYTHON) -m venv .venv/s3
	.venv/s3/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/s3/requirements.txt
	@touch $@

check: setup .venv/browser/ready .venv/s3/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST)

validate: setup
	$(BIN)/grader validate

hostile: setup
	PYTHONPATH=tests $(BIN)/python -m hostile.run

# Two hundred kills with the store in a file, as many with one in a PostgreSQL server.
kills: setup
	PYTHONPATH=tests $(BIN)/python -m faults.kills
	PYTHONPATH=tests $(BIN)/python -m faults.kills --store postgresql

soak: setup
	PYTHONPATH=tests $(BIN)/python -m faults.soak

# Ten thousand submissions on a cluster whose workers are killed; on two cores, most of a day with the quiet runs.
course: setup
	PYTHONPATH=tests:benchmarks $(BIN)/python -m faults.course --report benchmarks/course.md

fuzz: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[fuzz]'
	PYTHONPATH=tests $(BIN)/python -m fuzz --seconds $(SECONDS_A_TARGET)

mutants: setup
	PYTHONPATH=tests $(BIN)/python -m mutants

# Other people's graders go into benchmarks/.peers: the same class on each, then the same attacks. The first takes 50
# minutes of two quiet cores, the second half an hour.
bench: setup
	PYTHONPATH=benchmarks:tests $(BIN)/python -m peers.race

peers: setup
	PYTHONPATH=benchmarks:tests $(BIN)/python -m peers.hold

# Ours beside the same programs with nothing judged, and beside fresh processes of pytest.
ratios: setup
	$(BIN)/python benchmarks/class.py

# The tests on the oldest TensorFlow that we say works, in an environment of its own, on Python 3.11 or 3.12.
OLDEST = $(shell sed -n 's/.*"tensorflow>=\([0-9.]*\),.*/\1/p' pyproject.toml)
oldest: .venv/oldest/ready
	$(MAKE) test BIN=.venv/oldest/bin

.venv/oldest/ready: .venv/ready
	$(PYTHON) -m venv .venv/oldest
	grep -Ev '^(tensorflow|numpy|protobuf|h5py|grpcio|ml_dtypes|pyarrow)==' constraints.txt >.venv/oldest/constraints.txt
	.venv/oldest/bin/python -m pip install --quiet --disable-pip-version-check --constraint .venv/oldest/constraints.txt \
		--editable '.[dev]' tensorflow==$(OLDEST) 'pyarrow<21'
	@touch $@

# Gradescope's image, built and used in a root that is thrown away: needs root, a Debian or Ubuntu, and some minutes.
gradescope: setup
	PYTHONPATH=tests $(BIN)/python -m gradescope

words: setup
	PYTHONPATH=tests $(BIN)/python tests/words.py
	$(BIN)/python tests/feedback/wording.py

exercises: setup
	$(BIN)/python -c "from pathlib import Path; from grader.release import write_stubs; write_stubs(Path('exercises'))"

fixtures: setup
	$(BIN)/python fixtures/make_fixtures.py

clean:
	rm -rf .venv benchmarks/.peers demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
