# Two commands do everything on a machine with git, make and Python 3.11: `make demo`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready

.PHONY: demo test check format docs pictures bench torture mutants fuzz clean

demo: $(INSTALLED)
	@$(BIN)/incidentctl demo

# One process for each core, and the tests of a file in one of them: some build on each other.
# FLAGS= for a single process, as a debugger needs it.
FLAGS ?= -n auto --dist loadfile
test: $(READY)
	$(BIN)/python -m pytest -q $(FLAGS)

check: $(READY)
	$(BIN)/ruff format --check src tests bench tools torture fuzz
	$(BIN)/ruff check src tests bench tools torture fuzz
	$(BIN)/mypy
	@echo "Modules of more than 300 lines:"
	@find src -name '*.py' -exec awk 'END { if (NR > 300) print NR, FILENAME }' {} \; | sort -rn
	$(BIN)/python -m pytest -q $(FLAGS)

format: $(READY)
	$(BIN)/ruff format src tests bench tools torture fuzz
	$(BIN)/ruff check --fix src tests bench tools torture fuzz

# Writes what is generated from the code: schemas/ and docs/reference/. Tests check that it is fresh.
docs: $(READY)
	$(BIN)/python -m tools.generate

# Plays the screens of the README and writes docs/pictures/. A test checks that they are fresh.
pictures: $(READY)
	$(BIN)/python -m tools.pictures

bench: $(READY)
	$(BIN)/python -m bench

# Told times in all zones; a receiver killed fifty times under fire, and two of them; then histories of
# the record with kills and other faults, for so many seconds. A violation names its seed and the number
# of its history: make torture SEED=... HISTORY=...
SECONDS ?= 600
SEED ?=
HISTORY ?=
FAULTS ?=
torture: $(READY)
	$(if $(SEED)$(HISTORY)$(FAULTS),,$(BIN)/python -m torture.told_times)
	$(if $(SEED)$(HISTORY)$(FAULTS),,$(BIN)/python -m torture.receiver)
	$(if $(SEED)$(HISTORY)$(FAULTS),,$(BIN)/python -m torture.two_receivers)
	$(BIN)/python -m torture --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) $(if $(FAULTS),--faults $(FAULTS)) $(if $(HISTORY),--history $(HISTORY) --keep)

# Shows that planted faults are caught: those of the record by histories, each within two minutes,
# those of alerts and what is sent by receivers.
mutants: $(READY)
	$(BIN)/python -m torture $(if $(SEED),--seed $(SEED)) --mutants

# Hostile input for every command, for so many seconds; a finding names what plays it again:
# make fuzz SEED=... ONLY=... NUMBER=...
ONLY ?=
NUMBER ?=
fuzz: $(READY)
	$(BIN)/python -m fuzz --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY)) $(if $(NUMBER),--number $(NUMBER))

# uv if it is there, else venv and pip. The program alone is enough to use it.
$(INSTALLED): pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) $(VENV); \
	else \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "incidentctl needs Python 3.11 or later; name one with: make PYTHON=python3.11 ..."; exit 1; }; \
	  $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "$(PYTHON) cannot make a virtual environment: install python3-venv (Debian, Ubuntu) or uv."; exit 1; }; \
	  $(PYTHON) -m venv $(VENV); \
	fi
	@$(call install,.)
	@touch $(INSTALLED)

# With the developers' tools.
$(READY): $(INSTALLED)
	@$(call install,.[dev])
	@touch $(READY)

install = if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python -e '$(1)'; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '$(1)'; \
	fi

clean:
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis bench/results
