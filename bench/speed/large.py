"""Fills a database with what gathers in years: a million finished tasks and a hundred thousand waiting ones, of 20 types
and 10,000 users."""

import sqlite3
import time

from speed.processes import TYPE, psql

FINISHED, WAITING, TYPES, USERS = 1_000_000, 100_000, 20, 10_000

# Both databases understand this. Turns are given as a busy queue has them: every user's tasks one after the other.
TASKS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
INSERT INTO tasks (type, status, user_id, app_id, input, output, custom_id, include_watermark, prefer_streaming, allow_cleanup, progress,
    project_id, provider_id, scheduled_at, started_at, ended_at, last_updated, priority, turn, party, attempt, claim, lease_seconds, renewals, revision, history)
SELECT CASE i % {types} WHEN 0 THEN '{type}' ELSE 'large:type' || (i % {types}) END, {status}, 'user' || (i % {users} * 7919 % {users}), 'bench',
    '{{"input":"Once upon a time there was a queue in which nothing was lost."}}', {output}, 'bench', {true}, {false}, {true}, {progress},
    0, {provider}, {now} - i, {ended}, {ended}, {now} - i, 0, i / {users}, 'user user' || (i % {users} * 7919 % {users}), {attempt}, {attempt}, 60, 0, {attempt} + 1, ''
FROM n
"""


def fill(work, postgres):
    """work: the directory with the SQLite file; postgres: a connection string, or None."""
    begun = time.monotonic()
    now = int(time.time() * 1000)
    shared = {"types": TYPES, "users": USERS, "type": TYPE, "now": now} | ({"true": "true", "false": "false"} if postgres else {"true": 1, "false": 0})
    finished = TASKS.format(count=FINISHED, status=3, output="""'{"output":"And it ended well."}'""", progress=1, provider="'bench'", ended=f"{now} - i", attempt=1, **shared)
    waiting = TASKS.format(count=WAITING, status=1, output="NULL", progress="NULL", provider="NULL", ended="NULL", attempt=0, **shared)
    if postgres:
        psql(postgres, finished, waiting, "VACUUM ANALYZE tasks")
    else:
        with sqlite3.connect(work / "data/taskprocessing.db", timeout=60) as database:
            database.execute("PRAGMA synchronous = OFF")
            database.execute("PRAGMA cache_size = -400000")
            database.execute(finished)
            database.execute(waiting)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
    print(f"{FINISHED:,} finished and {WAITING:,} waiting tasks were there after {time.monotonic() - begun:.0f} s", flush=True)
