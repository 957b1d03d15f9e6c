# make demo                      index the stamps of Tux Paint, ask three questions, serve the page
# make demo SERVE=no             the same without serving
# make demo PICTURES=/my/photos  the same with your own folder
# make test                      lint, types and tests

PYTHON ?= python3
SERVE ?= yes
PICTURES ?=
DEMO ?= .demo
BIN = .venv/bin
COLLECTION = $(DEMO)/$(or $(subst /,_,$(abspath $(PICTURES))),stamps)

.PHONY: demo test format clean

demo: .venv/installed
	@set -e; \
	folder="$(PICTURES)"; \
	[ -n "$$folder" ] || folder="$$($(BIN)/mindseye fetch stamps)"; \
	$(BIN)/mindseye index "$$folder" --encoder starter --collection "$(COLLECTION)" || [ $$? -eq 3 ]; \
	for words in "a whale" "a classical guitar" "a frog"; do \
		printf '\n$$ mindseye search "%s" -k 3\n' "$$words"; \
		$(BIN)/mindseye search "$$words" -k 3 --collection "$(COLLECTION)"; \
	done; \
	[ "$(SERVE)" = no ] || exec $(BIN)/mindseye serve --collection "$(COLLECTION)"

test: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "mindseye needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
		{ echo "this Python cannot make a venv; install it: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[cpu,dev,ocr,raw,ray]'
	touch $@

clean:
	rm -rf .venv $(DEMO)
