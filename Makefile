# Targets with a ## are listed by "make help".
SERVER := artifacts/bin/TaskProcessing.Server/release/taskprocessing

.DEFAULT_GOAL := help
.PHONY: help build test bench format run demo image quality

help: ## Lists what there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 10

build: ## Builds everything for release
	dotnet build -c Release

test: ## Runs all tests; TASKPROCESSING_TEST_POSTGRES adds those on PostgreSQL
	dotnet test -c Release

bench: ## Measures the speed beside a bare endpoint, in a few minutes; see docs/performance.md
	bench/run

format: ## Puts the sources into shape
	dotnet format

run: build ## Serves on http://127.0.0.1:8080, with its data in ./data
	$(SERVER)

demo: build ## Shows a server at work on a sample text, in a few seconds
	$(SERVER) demo

image: ## Builds the container image taskprocessing
	docker build -t taskprocessing .

quality: ## Measures the built-in text work against references and a naive baseline
	dotnet run -c Release --project bench/quality
