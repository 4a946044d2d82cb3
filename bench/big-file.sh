#!/usr/bin/env bash
# Sends a large file up over WebDAV, through a task and down again, and says how long that took and how much memory the
# server used at most. Usage: bench/big-file.sh [MEBIBYTES, default 2048]; needs curl and python3, and three times that
# much disk. A setting of the server can be given as the environment knows it (TASKPROCESSING_Files__Storage=S3).
set -euo pipefail
cd "$(dirname "$0")/.."
size=${1:-2048}
port=${PORT:-18080}
work=$(mktemp -d /tmp/taskprocessing-bench.XXXXXX)
server=artifacts/bin/TaskProcessing.Server/release/taskprocessing
base=http://127.0.0.1:$port
tasks=$base/ocs/v2.php/taskprocessing

dotnet build -c Release -v quiet src/TaskProcessing.Server >/dev/null
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT

"$server" user add alice --password "a password" --DataDirectory="$work/data" >/dev/null
"$server" exapp add worker --app-version 1.0.0 --enabled --secret secret --DataDirectory="$work/data" >/dev/null
"$server" serve --DataDirectory="$work/data" --urls "$base" --Serilog:MinimumLevel:Default=Warning >"$work/log" 2>&1 &
pid=$!
until curl -sf "$base/health/ready" >/dev/null; do sleep 0.2; done

head -c "${size}M" /dev/urandom >"$work/big.bin"
sum=$(sha256sum <"$work/big.bin")
json=(-sS -H 'OCS-APIRequest: true' -H 'Accept: application/json')
app=(-H 'EX-APP-ID: worker' -H 'EX-APP-VERSION: 1.0.0' -H "AUTHORIZATION-APP-API: $(printf 'alice:secret' | base64)")
field() { python3 -c "import json, sys; print(json.load(sys.stdin)['ocs']['data']$1)"; }
same() { [ "$(sha256sum <"$1")" = "$sum" ] || { echo "$1 is damaged"; exit 1; }; rm "$1"; }
memory() { awk '/VmHWM/ { printf "%.0f MB", $2 / 1024 }' "/proc/$pid/status"; }
timed() {
    local start; start=$(date +%s.%N)
    "${@:2}"
    echo "$1: $(python3 -c "import time; s = time.time() - $start; print(f'{s:.1f} s, {$size / s:.0f} MiB/s')"), most memory so far $(memory)"
}

echo "before: $(memory)"
timed "upload over WebDAV" curl -sSf -u "alice:a password" -T "$work/big.bin" -D "$work/headers" -o /dev/null "$base/remote.php/webdav/big.bin"
id=$(sed -n 's/^OC-FileId: 0*\([0-9]*\).*/\1/Ip' "$work/headers")

registration='{"provider":{"id":"w","name":"w","task_type":"core:audio2text:subtitles","expected_runtime":1,"optional_input_shape":[],"optional_output_shape":[],"input_shape_enum_values":{},"input_shape_defaults":{},"optional_input_shape_enum_values":{},"optional_input_shape_defaults":{},"output_shape_enum_values":{},"optional_output_shape_enum_values":{}}}'
curl "${json[@]}" "${app[@]}" -H 'Content-Type: application/json' -d "$registration" -o /dev/null "$base/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing"
task=$(curl "${json[@]}" -u "alice:a password" -H 'Content-Type: application/json' -d "{\"type\":\"core:audio2text:subtitles\",\"appId\":\"bench\",\"input\":{\"input\":$id}}" "$tasks/schedule" | field "['task']['id']")
curl "${json[@]}" "${app[@]}" -o /dev/null "$tasks/tasks_provider/next?providerIds[]=w&taskTypeIds[]=core:audio2text:subtitles"

timed "download by the provider" curl "${json[@]}" "${app[@]}" -o "$work/in.bin" "$tasks/tasks_provider/$task/file/$id"
timed "upload by the provider" curl "${json[@]}" "${app[@]}" -F "file=@$work/in.bin" -o "$work/uploaded" "$tasks/tasks_provider/$task/file"
result=$(field "['fileId']" <"$work/uploaded")
same "$work/in.bin"
curl "${json[@]}" "${app[@]}" -H 'Content-Type: application/json' -d "{\"output\":{\"output\":$result}}" -o /dev/null "$tasks/tasks_provider/$task/result"

# Cut off on its way and gone on with from there.
download() { curl "${json[@]}" -u "alice:a password" -o "$work/out.bin" "$@" "$tasks/tasks/$task/file/$result"; }
download --max-time 3 --limit-rate $((size / 8))M 2>/dev/null || true
echo "download cut off after $(stat -c %s "$work/out.bin") bytes"
timed "rest of the download by Range" download -C -
same "$work/out.bin"

parts=$base/remote.php/dav/uploads/alice/bench
in_parts() {
    curl -sSf -u "alice:a password" -X MKCOL "$parts"
    split -b 100M -d -a 5 "$work/big.bin" "$work/part."
    for part in "$work"/part.*; do curl -sSf -u "alice:a password" -T "$part" -o /dev/null "$parts/${part##*.}"; done
    curl -sSf -u "alice:a password" -X MOVE -H "Destination: $base/remote.php/webdav/parts.bin" "$parts/.file"
}
timed "upload in parts of 100 MiB, and their assembly" in_parts
echo "at the end: $(memory)"
grep -E 'WRN|ERR' "$work/log" || echo "no warnings in the log"
