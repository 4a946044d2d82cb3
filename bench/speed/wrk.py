"""Runs wrk, and says what it counted."""

import json
import os
import pathlib
import subprocess

CONNECTIONS = 32
THREADS = 2
SCRIPTS = pathlib.Path(__file__).parent / "lua"


def run(script, url, seconds, variables, connections=CONNECTIONS, threads=THREADS):
    """The script's last line, with the rates per second beside its sums."""
    answer = subprocess.run(
        ["wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "--timeout", "10s", "-s", f"{script}.lua", url],
        cwd=SCRIPTS, env=os.environ | variables, capture_output=True, text=True, timeout=seconds + 30)
    if answer.returncode != 0 or not answer.stdout.strip().endswith("}"):
        raise SystemExit(f"wrk failed with {script}.lua: {answer.stderr or answer.stdout}")

    counted = json.loads(answer.stdout.strip().splitlines()[-1])
    counted["good"] = counted["requests"] - counted["failures"]
    counted["rate"] = counted["good"] / counted["seconds"]
    counted["finishedRate"] = counted["finished"] / counted["seconds"]
    return counted


def problem(counted):
    """Why a run does not count; None when it does."""
    for what in ("failures", "broken", "unexpected"):
        if counted[what]:
            return f"{counted[what]} of {counted['requests']} answers were {'no good' if what == 'failures' else what}"
    return None if counted["requests"] else "nothing was answered"
