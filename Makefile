# Targets with a ## are listed by "make help".
SERVER := artifacts/bin/TaskProcessing.Server/release/taskprocessing
# Prints the version that the tags of git make.
VERSION := dotnet build src/TaskProcessing.Sdk -t:MinVer -getProperty:MinVerVersion

.DEFAULT_GOAL := help
.PHONY: help build server test bench format migration run demo image release quality

help: ## Lists the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 10

build: ## Builds everything for release
	dotnet build -c Release

server: ## Builds the server alone for release
	dotnet build src/TaskProcessing.Server -c Release

test: ## Runs all tests; TASKPROCESSING_TEST_POSTGRES adds the tests on PostgreSQL
	dotnet test -c Release

bench: ## Measures the speed beside a bare endpoint, in a few minutes; see docs/performance.md
	bench/run

format: ## Formats the sources: CSharpier for the layout, dotnet format for the code style
	dotnet tool restore
	dotnet csharpier format .
	dotnet format

migration: ## Adds a migration for each database: make migration NAME=AddTags
	dotnet tool restore
	dotnet build src/TaskProcessing.Server
	dotnet ef migrations add $(NAME) --no-build --project src/TaskProcessing.Server --context SqliteTaskDbContext
	dotnet ef migrations add $(NAME) --no-build --project src/TaskProcessing.Server --context PostgreSqlTaskDbContext

run: server ## Serves on http://127.0.0.1:8080, with its data in ./data
	$(SERVER)

demo: server ## Runs a server on a sample text and shows the results, in a few seconds
	$(SERVER) demo

image: ## Builds the container image taskprocessing
	docker build -t taskprocessing --build-arg VERSION=$$($(VERSION)) .

release: ## Makes the release of the commit, in artifacts/release; see docs/releasing.md
	deploy/release

quality: ## Measures the built-in text work against references and a naive baseline
	dotnet run -c Release --project bench/quality
