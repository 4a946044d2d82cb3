#!/usr/bin/env bash
# Kills servers, the two stand-in Nextclouds that they work for, and a worker, again and again, and checks that each task ended there
# exactly once: docs/operations.md tells what is checked. Usage: bench/nextcloud-chaos.sh [--kills 15] [--pause SECONDS] [--loss 0.02]
# [--postgres] [--nodes 2] [--sabotage Twice|Steal]; exits with 1 when something is wrong. For --postgres it needs PostgreSQL's programs,
# and uses an instance of its own with fsync on.
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

for project in src/TaskProcessing.Server bench/NextcloudChaos; do
    dotnet build -c Release -v quiet "$project" >&2
done
work=$(mktemp -d "${TMPDIR:-/tmp}/taskprocessing-nextcloud-chaos.XXXXXX")
chmod 755 "$work"
code=0
artifacts/bin/NextcloudChaos/release/nextcloud-chaos --server artifacts/bin/TaskProcessing.Server/release/taskprocessing \
    --folder "$work" "${arguments[@]}" || code=$?
if [ "$code" -eq 0 ]; then
    rm -rf "$work"
else
    echo "Logs and databases are in $work"
fi
exit "$code"
