"""What a piece of work costs: processor time by program, and the log that PostgreSQL writes."""

import os
import pathlib
import resource
import time

from speed.processes import psql

TICKS = os.sysconf("SC_CLK_TCK")


class Usage:
    """A context: what was used between its begin and its end."""

    def __init__(self, work, database, pids):
        """pids: of the programs that are measured; work and database: of the PostgreSQL that they use."""
        self.work, self.database, self.pids = work, database, pids

    def __enter__(self):
        self.before = self._now()
        return self

    def __exit__(self, *_):
        after = self._now()
        self.seconds, self.postgres, self.programs, self.load, self.machine, self.wal = (now - then for now, then in zip(after, self.before))

    def shares(self):
        """Of all processor time of the machine: by PostgreSQL, the measured programs, the load, and whatever else runs."""
        whole = self.seconds * os.cpu_count()
        others = self.machine - self.postgres - self.programs - self.load
        return {name: spent / whole for name, spent in
                (("postgres", self.postgres), ("programs", self.programs), ("load", self.load), ("others", max(0, others)))}

    def _now(self):
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        load = children.ru_utime + children.ru_stime
        wal = int(psql(self.database, "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')")[0])
        busy = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
        machine = sum(map(int, busy[:3] + busy[5:8])) / TICKS
        return time.monotonic(), self._postgres(), sum(spent(pid) for pid in self.pids), load, machine, wal

    def _postgres(self):
        postmaster = int((self.work / "postgres/data/postmaster.pid").read_text().split()[0])
        return spent(postmaster, ended_children=True) + sum(spent(pid) for pid in children_of(postmaster))


def spent(pid, ended_children=False):
    """Processor seconds of a process; 0 when it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(map(int, fields[11:15] if ended_children else fields[11:13])) / TICKS


def children_of(pid):
    return map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
