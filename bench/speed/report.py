"""The table, and the JSON that it is made from."""

import datetime
import os
import platform
import re
import statistics

from speed.processes import ROOT


def machine():
    model = re.search(r"model name\s*: (.*)", open("/proc/cpuinfo").read())
    memory = int(re.search(r"MemTotal:\s*(\d+)", open("/proc/meminfo").read())[1]) / 1048576
    return f"{os.cpu_count()} cores of {model[1] if model else platform.processor()}, {memory:.0f} GB, Linux {platform.release()}"


def ratio(case):
    """Median of the server by median of the bare endpoint."""
    return statistics.median(case["server"]) / statistics.median(case["bare"])


def markdown(results):
    date = datetime.date.fromisoformat(results["date"]).strftime("%-d %B %Y")
    lines = [f"{date}, {results['machine']}; {results['rounds']} runs of {results['seconds']} s each, medians, {results['connections']} connections.", ""]
    for name, database in results["databases"].items():
        lines += [f"**{name}**", "", "| case | server/s | bare/s | ratio | goal | |", "|---|---:|---:|---:|---:|---|"]
        for case in database["cases"]:
            server, bare = (f"{statistics.median(case[side]):,.0f}" for side in ("server", "bare"))
            met = "met" if ratio(case) >= case["goal"] else "missed"
            lines.append(f"| {case['title']} | {server} | {bare} | {ratio(case):.3f} | {case['goal']:.2f} | {met} |")
        lines += ["", "| latency | median | 99 % | goal | |", "|---|---:|---:|---:|---|"] if database["latencies"] else []
        for latency in database["latencies"]:
            met = "met" if latency["median"] <= 2 and latency["p99"] <= 20 else "missed"
            lines.append(f"| {latency['title']} | {latency['median']:.2f} ms | {latency['p99']:.2f} ms | 2 ms, 20 ms | {met} |")
        if bare := database["bareLatency"]:
            lines += ["", f"As idle, the bare endpoint answers after {bare['call']:.2f} ms, and the disk has 4 KB after {bare['disk']:.2f} ms."]
        lines += ["", f"Start: ready after {database['start']:.1f} s (goal 2). Memory: {database['idle']:.0f} MB idle (goal 100), of which {database['idleFiles']:.0f} MB are pages "
                  f"of program files; at most {database['peak']:.0f} MB under load (goal 400).", ""]
    return "\n".join(lines)


def write_into_document(text, name="performance.md", mark="bench/run"):
    """Replaces what stands between the marks in a page of docs."""
    path = ROOT / "docs" / name
    document = path.read_text()
    begin, end = f"<!-- {mark} --write -->\n", "<!-- end -->"
    head, rest = document.split(begin)
    path.write_text(f"{head}{begin}{text}\n{end}{rest.split(end, 1)[1]}")
