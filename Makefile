# Targets are thin calls of the groundplan command; `make` alone prints them.
ENV ?= dev
PHASE ?= 2
TARGET ?= local

VENV := .venv
BIN := $(VENV)/bin
GROUNDPLAN := $(BIN)/groundplan
READY := $(VENV)/.ready
# Only dev on the embedded AWS is applied without a question.
YES := $(if $(filter dev-local,$(ENV)-$(TARGET)),--yes)

.DEFAULT_GOAL := help
.PHONY: help setup demo serve site draw check plan apply destroy drift policy cost up down k8s \
	validate pull-request test test-fast lint lock machine clean

help: ## Print this list
	@echo "Use: make TARGET [ENV=dev] [PHASE=2] [TARGET=local]"
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml scripts/environment
	@scripts/environment $(VENV)
	@touch $@

setup: $(READY) ## The Python environment in .venv/, and Terraform if it is missing
	@$(GROUNDPLAN) doctor --install > /dev/null

demo: setup ## Everything once: facts, policy, pictures, checks, cost, site, and dev on the embedded AWS
	$(GROUNDPLAN) plan --record
	$(GROUNDPLAN) policy state
	$(GROUNDPLAN) policy $(ENV)
	$(GROUNDPLAN) draw
	$(GROUNDPLAN) check
	$(GROUNDPLAN) cost $(ENV) --phase $(PHASE)
	$(GROUNDPLAN) site build
	$(GROUNDPLAN) apply $(ENV) --phase $(PHASE) --yes
	@echo
	@echo "Look at it:   make serve, then http://127.0.0.1:8000/"
	@echo "Pictures:     build/pictures/"
	@echo "Outputs:      $(GROUNDPLAN) output $(ENV)"

serve: setup ## The client site on http://127.0.0.1:8000/, reloading as you write
	$(GROUNDPLAN) site serve

site: setup ## Build the client site into site/
	$(GROUNDPLAN) site build

draw: setup ## Draw every picture that is stale into build/pictures/
	$(GROUNDPLAN) draw

check: setup ## Everything that can be wrong without touching a cloud
	$(GROUNDPLAN) check

plan: setup ## What Terraform would do
	$(GROUNDPLAN) plan $(ENV) --phase $(PHASE) --target $(TARGET)

apply: setup ## Plan, policy and apply; asks first, except for dev on the embedded AWS
	$(GROUNDPLAN) apply $(ENV) --phase $(PHASE) --target $(TARGET) $(YES)

destroy: setup ## Destroy an environment; always asks
	$(GROUNDPLAN) destroy $(ENV) --phase $(PHASE) --target $(TARGET)

drift: setup ## What differs between the recorded plan, the state and the cloud
	$(GROUNDPLAN) drift $(ENV) --target $(TARGET)

policy: setup ## checkov on the Terraform files and plans of every phase of ENV (or ENV=state)
	$(GROUNDPLAN) policy $(ENV)

cost: setup ## The monthly cost with its assumptions and gaps
	$(GROUNDPLAN) cost $(ENV) --phase $(PHASE)

up: setup ## The application in Docker Compose
	$(GROUNDPLAN) up --phase $(PHASE)

down: setup ## Stop the application and leave nothing of it
	$(GROUNDPLAN) down

k8s: setup ## Write k8s/base from the Compose file
	$(GROUNDPLAN) k8s render

validate: setup ## terraform fmt and validate
	scripts/validate

pull-request: setup ## Policy and difference of ENV for reviewers; BASE=DIR is the base's checkout
	scripts/pull-request $(GROUNDPLAN) $(ENV) $(BASE)

test: setup lint ## All tests; what this machine lacks is skipped, saying how to get it
	$(BIN)/pytest -n 2 --dist loadgroup

test-fast: $(READY) ## The tests that need no service and take no time
	$(BIN)/pytest -n 2 -m "not slow and not docker and not browser and not terraform"

lint: $(READY) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: $(READY) ## Resolve requirements.lock anew from pyproject.toml
	scripts/lock $(BIN)

machine: ## What only the full tests need, on Debian as root: Chromium and Docker
	scripts/machine

clean: ## Remove what can be made anew, the environment included
	rm -rf $(VENV) build site .pytest_cache .mypy_cache .ruff_cache
