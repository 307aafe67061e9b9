# For people. Programs call `cargo xtask` directly; every target here is one line.
.DEFAULT_GOAL := help
.PHONY: help run dev check fix test e2e gen bench

help: ## list the targets
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: ## build everything and serve on http://localhost:8000, data in ./data
	@test -t 0 && set -m; cargo xtask run

dev: ## the server from a debug build, and the UI with hot reload on http://localhost:5173
	@test -t 0 && set -m; cargo xtask dev

check: ## the quick half of `make test`: format, spelling, lints, tidiness
	@cargo xtask ci --quick

fix: ## repair what a program can repair: format, spelling, simple lints
	@cargo xtask fix

test: ## everything CI runs
	@cargo xtask ci

e2e: ## the browser journeys alone
	@cargo xtask ci --only setup,ui build,binary,e2e

gen: ## rewrite the generated files
	@cargo xtask gen

bench: ## measure, print a table
	@cargo xtask bench
