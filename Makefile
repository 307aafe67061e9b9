# For people. Programs call `cargo xtask` directly; every target here is one line.
#
# At a terminal a server gets a process group of its own (`set -m`): Ctrl-C is then for it alone, and
# make waits for its clean end instead of ending itself.
if_terminal := if test -t 0; then set -m;
# Root just does it; anybody else is asked for a password by sudo.
as_root := $(if $(filter 0,$(shell id -u)),sh,sudo sh) -c
.DEFAULT_GOAL := help
.PHONY: help compiler run serve dev check fix test e2e gen bench

# Cargo links with the C compiler, so nothing of ours can install it.
compiler:
	@command -v cc >/dev/null || $(as_root) "apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev"

help: ## list the targets
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: compiler ## build everything and show two sites that live on http://localhost:8000, data in ./data
	@$(if_terminal) cargo xtask run; else exec cargo xtask run; fi

serve: compiler ## the same without the demonstration
	@$(if_terminal) cargo xtask serve; else exec cargo xtask serve; fi

dev: compiler ## the server from a debug build, and the UI with hot reload on http://localhost:5173
	@$(if_terminal) cargo xtask dev; else exec cargo xtask dev; fi

check: compiler ## the quick half of `make test`: format, spelling, lints, tidiness
	@cargo xtask ci --quick

fix: compiler ## repair what a program can repair: format, spelling, simple lints
	@cargo xtask fix

test: compiler ## everything CI runs
	@cargo xtask ci

e2e: compiler ## the browser journeys alone
	@cargo xtask ci --only "setup,ui build,binary,e2e"

gen: compiler ## rewrite the generated files
	@cargo xtask gen

bench: compiler ## measure, print a table
	@cargo xtask bench
