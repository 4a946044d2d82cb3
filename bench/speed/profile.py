"""Where the server's time goes, by perf."""

import contextlib
import subprocess

from speed.processes import ROOT


@contextlib.contextmanager
def recorded(name, server):
    """Samples the server while the body runs. The server must have been started to be profiled."""
    folder = ROOT / "artifacts/bench"
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / f"{name}.perf"
    perf = subprocess.Popen(
        ["perf", "record", "-q", "-F", "499", "-g", "-p", str(server.process.pid), "-o", data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        perf.terminate()
        perf.wait(60)
    for file, order in ((f"profile-{name}.txt", "--no-children"), (f"profile-{name}-inclusive.txt", "--children")):
        text = subprocess.run(
            ["perf", "report", "-i", data, "--stdio", "-g", "none", order, "--percent-limit", "0.3", "-s", "symbol"], capture_output=True, text=True).stdout
        (folder / file).write_text(text)
