# modbot's commands. `make test` and `make demo` do all their own set-up in .venv;
# they need Python 3.11 or newer, make and git, and nothing else.
SHELL := /bin/bash
BIN := .venv/bin
ARGS ?=
UV_VERSION := 0.13.9
LOCK := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" --upgrade

.DEFAULT_GOAL := help
.PHONY: help setup check test demo screenshots bench chaos eval lock image clean

help: ## say what each command does
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

setup: ## make .venv with everything for working on modbot
	@scripts/setup dev

check: setup ## format, lint, types, layers, repository rules and known vulnerabilities
	@$(BIN)/python scripts/lanes.py check

test: setup ## check, then every test this machine can run
	@$(BIN)/python scripts/lanes.py test

demo: ## an invented district on a page in your browser; make demo ARGS="--scripted" plays one raid
	@scripts/setup run >&2
	@$(BIN)/modbot demo $(ARGS)

screenshots: setup ## play the demo in Chromium and take the README's pictures
	@$(BIN)/python -m scripts.screenshots $(ARGS)

bench: setup ## measure, and write benchmarks/results.json
	@$(BIN)/python -m benchmarks $(ARGS)

chaos: setup ## kill and cut things, and write benchmarks/chaos.json
	@$(BIN)/python -m benchmarks.chaos $(ARGS)

eval: setup ## how often matching is wrong on invented classes, and write benchmarks/identity.json
	@$(BIN)/python -m benchmarks.identity $(ARGS)

lock: setup ## find newer versions of what modbot depends on, and pin them by hash
	@$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) --group build --output-file requirements-build.lock
	$(LOCK) pyproject.toml --group dev --constraints requirements.lock --constraints requirements-build.lock \
		--output-file requirements-dev.lock

image: ## build the container image modbot:local
	@scripts/image

clean: ## remove .venv and everything that tools leave behind
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
