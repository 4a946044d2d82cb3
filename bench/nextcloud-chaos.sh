#!/usr/bin/env bash
# Kills a server and two stand-in Nextclouds that it works for, again and again, and checks that each task ended there exactly once:
# docs/operations.md tells what is checked. Usage: bench/nextcloud-chaos.sh [--kills 15] [--pause SECONDS] [--loss 0.02]
# [--sabotage Twice|Steal]; exits with 1 when something is wrong.
set -euo pipefail
cd "$(dirname "$0")/.."
for project in src/TaskProcessing.Server bench/NextcloudChaos; do
    dotnet build -c Release -v quiet "$project" >&2
done
work=$(mktemp -d "${TMPDIR:-/tmp}/taskprocessing-nextcloud-chaos.XXXXXX")
code=0
artifacts/bin/NextcloudChaos/release/nextcloud-chaos --server artifacts/bin/TaskProcessing.Server/release/taskprocessing \
    --folder "$work" "$@" || code=$?
if [ "$code" -eq 0 ]; then
    rm -rf "$work"
else
    echo "Logs and databases are in $work"
fi
exit "$code"
