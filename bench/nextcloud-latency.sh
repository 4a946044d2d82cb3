#!/usr/bin/env bash
# Measures the time from the schedule of a task at a Nextcloud until this server has claimed it and told its result, for a stand-in
# Nextcloud that is only polled (32) and for one that tells of tasks (33). Usage: bench/nextcloud-latency.sh [--rounds 6] [--busy 15]
set -euo pipefail
cd "$(dirname "$0")/.."
for project in src/TaskProcessing.Server bench/NextcloudLatency; do
    dotnet build -c Release -v quiet "$project" >&2
done
work=$(mktemp -d "${TMPDIR:-/tmp}/taskprocessing-nextcloud-latency.XXXXXX")
trap 'rm -rf "$work"' EXIT
artifacts/bin/NextcloudLatency/release/nextcloud-latency --server artifacts/bin/TaskProcessing.Server/release/taskprocessing \
    --folder "$work" "$@"
