#!/usr/bin/env bash
# Kills servers under load, again and again, and checks that nothing that was acknowledged is lost and nothing is done
# twice: docs/operations.md tells what is checked. Usage: bench/chaos.sh [--kills 50] [--pause SECONDS] [--clients 48]
# [--workers 3] [--nodes 1] [--sabotage Lose|Double|Overwrite|Revive|Hush|Forge] [--postgres]; exits with 1 when something is wrong.
# Needs sqlite3; for --postgres PostgreSQL's programs, and uses an instance of its own with fsync on.
set -euo pipefail
cd "$(dirname "$0")/.."
arguments=()
for argument in "$@"; do
    if [ "$argument" = --postgres ]; then
        arguments+=(--postgres "$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")")
    else
        arguments+=("$argument")
    fi
done

for project in src/TaskProcessing.Server bench/Chaos; do
    dotnet build -c Release -v quiet "$project" >&2
done
work=$(mktemp -d "${TMPDIR:-/tmp}/taskprocessing-chaos.XXXXXX")
chmod 755 "$work"
code=0
artifacts/bin/Chaos/release/chaos --server artifacts/bin/TaskProcessing.Server/release/taskprocessing --folder "$work" "${arguments[@]}" || code=$?
if [ "$code" -eq 0 ]; then
    rm -rf "$work"
else
    echo "Logs, journals and the database are in $work"
fi
exit "$code"
