"""The cases, and how one is measured."""

import contextlib
import statistics
import time

from speed import latency, profile, report, wrk
from speed.processes import TASKS

# Name, title, goal as a ratio to the bare endpoint.
CASES = [
    ("task", "GET task/{id}", 0.5),
    ("tasktypes", "GET tasktypes", 0.5),
    ("schedule", "POST schedule", 0.25),
    ("single", "next + result, finished tasks", 0.10),
    ("batch", "next_batch of 50 + results, finished tasks", 0.12),
    ("batches", "next_batch of 50 + batch results, finished tasks", 0.25),
]
CLAIMS = ("single", "batch", "batches")


class Bench:
    """All cases on one database."""

    def __init__(self, tested, bare, options, share):
        self.tested, self.bare, self.options, self.share = tested, bare, options, share

    def run(self):
        time.sleep(1)
        idle, idle_files = self.tested.memory(), self.tested.memory("RssFile")
        self.check_that_failures_count()
        # In a queue that is full nobody waits.
        latencies = self.latencies() if self.wants("latency") and not self.options.large else []
        bare_latency = latency.measure_bare(self.bare, self.tested.work, 100) if latencies else None
        ids = [self.tested.schedule() for _ in range(200)]
        self.tested.variables["BENCH_TASKS"] = " ".join(map(str, ids))
        cases = [self.case(name, title, goal * self.share) for name, title, goal in CASES if self.wants(name) and self.serves(name)]
        return {"start": self.tested.started_in, "idle": idle, "idleFiles": idle_files, "peak": self.tested.memory("VmHWM"),
                "cases": cases, "latencies": latencies, "bareLatency": bare_latency}

    def wants(self, name):
        return not self.options.only or name in self.options.only

    def serves(self, name):
        """Older builds know no results of a batch."""
        return name != "batches" or self.tested.as_app("POST", f"{TASKS}/tasks_provider/results", {"results": []})[0] != 404

    def check_that_failures_count(self):
        counted = wrk.run("task", self.tested.url, 1, self.tested.variables | {"BENCH_TASKS": "999999999"})
        if counted["failures"] != counted["requests"] or not wrk.problem(counted):
            raise SystemExit(f"The benchmark does not notice failures: {counted}")

    def latencies(self):
        count = 50 if self.options.quick else 300
        latency.measure(self.tested, count)
        handed, known = latency.measure(self.tested, count)
        return [percentiles("schedule until a waiting worker has the task", handed), percentiles("result until a waiting client knows", known)]

    def case(self, name, title, goal):
        print(f"{title} ", end="", flush=True)
        self.bare.answer_with(self.typical_answer(name))
        expected = self.expected_rate(name)
        server, bare = [], []
        for _ in range(self.options.rounds):
            bare.append(self.measure(self.bare, "single" if name in CLAIMS else name)["rate"])
            if name in CLAIMS:
                self.fill(int(expected * self.options.seconds * 2.5) + 8000)
            with profile.recorded(name, self.tested) if self.options.profile else contextlib.nullcontext():
                counted = self.measure(self.tested, name)
            server.append(counted["finishedRate" if name in CLAIMS else "rate"])
            expected = max(expected, server[-1])
        case = {"name": name, "title": title, "goal": goal, "server": server, "bare": bare}
        print(f"{statistics.median(server):,.0f}/s of {statistics.median(bare):,.0f}/s: {report.ratio(case):.3f}", flush=True)
        return case

    def expected_rate(self, name):
        """Also warms up what is about to be measured, until the runtime has compiled it for good."""
        wrk.run("single" if name in CLAIMS else name, self.bare.url, 1, self.tested.variables)
        if name in CLAIMS:
            self.fill(3000 if self.options.quick else 15_000)
        counted = wrk.run(name, self.tested.url, 1 if self.options.quick else 5, self.tested.variables)
        return counted["finishedRate"]

    def typical_answer(self, name):
        """What the bare endpoint shall answer: the server's own words. For claims that is one claimed task."""
        if name in CLAIMS:
            self.tested.schedule()
            path, headers = f"/tasks_provider/next?{self.tested.provider}", {"EX-APP-ID": "bench", "EX-APP-VERSION": "1.0.0", "AUTHORIZATION-APP-API": self.tested.app}
        else:
            path = "/tasktypes" if name == "tasktypes" else f"/task/{self.tested.variables['BENCH_TASKS'].split()[0]}"
            headers = {"Authorization": self.tested.user}
        status, answer = self.tested.call("GET", TASKS + path, {"Accept": "application/json", "OCS-APIRequest": "true"} | headers)
        assert status == 200, answer
        return answer

    def measure(self, endpoint, script):
        before = self.tested.queue()
        counted = wrk.run(script, endpoint.url, self.options.seconds, self.tested.variables)
        if endpoint is self.tested:
            if problem := wrk.problem(counted):
                raise SystemExit(f"\n{script}: {problem}")
            after = self.tested.queue()
            self.compare(script, counted, before, after)
            if script in CLAIMS and after[0] == 0:
                raise SystemExit(f"\n{script}: the queue ran dry")
            if counted["empty"]:
                print(f"({counted['empty']} of {counted['requests']} claims found nothing, though tasks waited) ", end="")
        elif counted["failures"] or counted["broken"]:
            raise SystemExit(f"\nThe bare endpoint: {counted}")
        return counted

    def compare(self, script, counted, before, after):
        """wrk does not wait for its last calls, so the server may have done a few more than wrk knows of."""
        if script == "schedule":
            done, known, slack = sum(after) - sum(before), counted["good"], wrk.CONNECTIONS
        elif script in CLAIMS:
            done, known, slack = sum(before) - sum(after), counted["finished"], wrk.CONNECTIONS * (50 if script == "batches" else 1)
        else:
            return
        if not known <= done <= known + slack:
            raise SystemExit(f"\n{script}: wrk counted {known}, the server {done}")

    def fill(self, wanted):
        while self.tested.queue()[0] < wanted:
            wrk.run("schedule", self.tested.url, 1, self.tested.variables, connections=64)


def percentiles(title, seconds):
    ordered = sorted(seconds)
    return {"title": title, "median": statistics.median(ordered) * 1000, "p99": ordered[int(len(ordered) * 0.99)] * 1000, "count": len(ordered)}
