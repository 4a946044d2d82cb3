#!/usr/bin/env bash
# Loads a server for some minutes, in which hours pass for it, and checks that memory, handles, threads, the database and the
# contents of files are in the end what they were: docs/operations.md has figures. Usage: bench/soak.sh [--minutes 10] [--rate 8]
# [--restarts N] [--sabotage Rows|Handles] [--postgres] [--write]; exits with 1 when something has grown, and names it.
# Needs sqlite3; for --postgres PostgreSQL's programs, and uses an instance of its own. --write puts table and plot into docs.
set -euo pipefail
cd "$(dirname "$0")/.."
arguments=()
for argument in "$@"; do
    case $argument in
        --help | -h) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' bench/soak.sh; exit ;;
        --postgres) arguments+=(--postgres "$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")") ;;
        --write) arguments+=(--write "$PWD/docs") ;;
        *) arguments+=("$argument") ;;
    esac
done

for project in src/TaskProcessing.Server bench/Soak; do
    dotnet build -c Release -v quiet "$project" >&2
done
work=$(mktemp -d "${TMPDIR:-/tmp}/taskprocessing-soak.XXXXXX")
chmod 755 "$work"
mkdir "$work/tmp"
# The server keeps the directories of runs there, and nobody else.
TMPDIR=$work/tmp artifacts/bin/Soak/release/soak --server artifacts/bin/TaskProcessing.Server/release/taskprocessing --folder "$work" "${arguments[@]}" &
soak=$!
trap 'kill -TERM "$soak" 2>/dev/null || true' TERM INT
code=0
wait "$soak" || code=$?
while kill -0 "$soak" 2>/dev/null; do wait "$soak" || code=$?; done
if [ "$code" -eq 0 ]; then
    rm -rf "$work"
else
    echo "The log and the database are in $work"
fi
exit "$code"
