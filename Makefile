# Thin names for installer/bootstrap.py, which also works without make and on Windows.
PYTHON ?= python3
BOOTSTRAP = $(PYTHON) installer/bootstrap.py

.PHONY: help run test lint bench setup bundle bundle-test ci

help:
	@$(BOOTSTRAP) help

run test lint bench setup bundle bundle-test:
	@$(BOOTSTRAP) $@ $(ARGS)

ci:
	@.ci/run
