# The first Python at hand that TensorFlow has wheels for; another one: make PYTHON=python3.12 …
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
    $$python -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" \
    2> /dev/null && { echo $$python; break; }; done)
BIN = .venv/bin

.PHONY: help setup lecture site test test-slow slides pages lint-js lab notebooks bench judge ship clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

setup: .venv/installed  ## a virtual environment in .venv with everything installed

.venv/installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed, and is not found"; exit 1; }
	@echo "Installing into .venv, a minute or two (TensorFlow is large)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable ".[notebooks,test]" \
	    --config-settings editable_mode=compat
	touch $@

lecture: setup  ## run all notebooks; pages and slides in build/
	$(BIN)/python -m browser_pages
	$(BIN)/python -m lecture_pages build
	$(BIN)/python -m browser_pages build/[0-9]*.html

site: setup  ## the same pages and slides from the outputs that the notebooks keep, in two minutes
	$(BIN)/python -m browser_pages
	$(BIN)/python -m lecture_pages build --no-execute
	$(BIN)/python -m browser_pages build/[0-9]*.html

test: setup  ## style, imports, unit tests, all notebooks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -n 2 --dist worksteal --durations 5
	$(BIN)/pytest --nbval-lax --nbval-current-env -n 2 --dist loadscope --durations 5 notebooks

test-slow: setup  ## fifty kills, 500 epochs, notebooks run twice, a fresh clone: an hour
	$(BIN)/pytest -m slow --durations 0 -s

slides: setup  ## slides of the notebooks as they are kept, in build/slides
	$(BIN)/gan-tutorial slides
	$(BIN)/python -m browser_pages build/slides/*.html

pages: setup  ## pages to play with in a browser, in build/
	$(BIN)/python -m browser_pages

lint-js:  ## check the JavaScript of the pages with ESLint, which npx fetches
	npx --yes eslint@10 --config browser_pages/eslint.config.mjs browser_pages/js lecture_pages/templates/page.js lecture_pages/templates/search.js

lab: setup  ## JupyterLab on the notebooks
	$(BIN)/jupyter lab notebooks

notebooks: setup  ## run all notebooks and keep their outputs
	$(BIN)/python -m lecture_pages refresh

bench: setup  ## measure side by side; writes benchmarks/README.md, ten minutes
	-$(BIN)/python -m pip install --quiet --editable ".[bench]" --config-settings editable_mode=compat
	$(BIN)/python benchmarks/report.py

judge: setup  ## train the judges of evaluate again, ten minutes
	$(BIN)/python tools/judge.py

RUN = runs/lecture
NAME = lecture
ship: setup  ## ship the run in RUN as NAME (lecture, fast or vae), measured; minutes
	$(BIN)/python tools/ship.py $(RUN) $(NAME)

clean:  ## remove what was built (not .venv, not runs/, nothing of anybody else's)
	@test ! -x $(BIN)/python || $(BIN)/python -m lecture_pages clean
	rm -rf gan_tutorial.egg-info .pytest_cache .ruff_cache
