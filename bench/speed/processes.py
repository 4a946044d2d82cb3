"""What a benchmark starts, on loopback and in a directory of its own, and stops again."""

import base64
import contextlib
import glob
import http.client
import json
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).parents[2]
TASKS = "/ocs/v2.php/taskprocessing"
TYPE = "core:text2text"
TEXT = "Once upon a time there was a queue in which nothing was lost and nobody waited longer than necessary. " * 3


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def work_directory():
    """On a disk: commits to memory would be durable in name only."""
    path = tempfile.mkdtemp(prefix="taskprocessing-bench.", dir="/var/tmp")
    try:
        kind = subprocess.check_output(["stat", "-f", "-c", "%T", path], text=True).strip()
        if kind in ("tmpfs", "ramfs"):
            raise SystemExit(f"/var/tmp is a {kind}; durable commits need a disk")
        os.chmod(path, 0o755)
        yield pathlib.Path(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def running(command, log, environment=None):
    with open(log, "w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | (environment or {}), cwd=log.parent)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@contextlib.contextmanager
def postgres(work):
    """A server of its own with PostgreSQL's own settings: fsync and synchronous_commit are on. Answers the connection string."""
    programs = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))[-1]).parent
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    home = work / "postgres"
    home.mkdir()
    if as_postgres:
        os.chown(home, pwd.getpwnam("postgres").pw_uid, -1)
    data, port = home / "data", free_port()
    ctl = [*as_postgres, programs / "pg_ctl", "-D", data, "-w"]
    subprocess.run([*as_postgres, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"], check=True, stdout=subprocess.DEVNULL)
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={home} -c fsync=on -c synchronous_commit=on -c max_connections=200"
    subprocess.run([*ctl, "-l", home / "log", "-o", options, "start"], check=True, stdout=subprocess.DEVNULL)
    try:
        subprocess.run([programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "bench"], check=True)
        yield f"Host=127.0.0.1;Port={port};Username=postgres;Database=bench"
    finally:
        subprocess.run([*ctl, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL)


class Endpoint:
    """Something that answers HTTP."""

    def __init__(self, port, process):
        self.port, self.process = port, process
        self.url = f"http://127.0.0.1:{port}"

    def call(self, method, path, headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def wait_until_up(self, path="/"):
        for _ in range(1500):
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                if self.call("GET", path)[0] == 200:
                    return
            time.sleep(0.02)
        raise SystemExit(f"{self.process.args[0]} did not start; see its log")

    def memory(self, what="VmRSS"):
        """In MB; VmHWM is the most it ever was, RssFile the part that is pages of files."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith(what + ":"))) / 1024


class Yardstick(Endpoint):
    """The bare endpoint."""

    def answer_with(self, body):
        assert self.call("PUT", "/", body=body)[0] == 200


class Server(Endpoint):
    """The server under test, with a user, an administrator, and a provider app that serves one task type."""

    def __init__(self, port, process, password):
        super().__init__(port, process)
        self.user = "Basic " + base64.b64encode(f"alice:{password}".encode()).decode()
        self.admin = "Basic " + base64.b64encode(b"root:benchmark").decode()
        self.app = base64.b64encode(b":benchmark").decode()
        self.provider = f"providerIds[]=bench&taskTypeIds[]={TYPE}"
        self.variables = {
            "BENCH_USER": self.user, "BENCH_APP": self.app, "BENCH_PROVIDER": self.provider,
            "BENCH_TASK": json.dumps({"type": TYPE, "appId": "bench", "customId": "bench", "input": {"input": TEXT}}),
            "BENCH_OUTPUT": json.dumps({"output": TEXT}),
        }

    def ocs(self, method, path, headers, body=None):
        """Status and data of an OCS call."""
        headers = {"Accept": "application/json", "OCS-APIRequest": "true", "Content-Type": "application/json"} | headers
        status, content = self.call(method, path, headers, None if body is None else json.dumps(body))
        return status, json.loads(content)["ocs"]["data"] if content.startswith(b"{") else None

    def as_user(self, method, path, body=None):
        return self.ocs(method, TASKS + path, {"Authorization": self.user}, body)

    def as_app(self, method, path, body=None):
        return self.ocs(method, path, {"EX-APP-ID": "bench", "EX-APP-VERSION": "1.0.0", "AUTHORIZATION-APP-API": self.app}, body)

    def serve_types(self):
        """As many as a usual installation has; tasks are of the first."""
        shapes = ("optional_input_shape", "optional_output_shape")
        maps = ("input_shape_enum_values", "input_shape_defaults", "optional_input_shape_enum_values",
                "optional_input_shape_defaults", "output_shape_enum_values", "optional_output_shape_enum_values")
        for name in ("", ":summary", ":headline", ":topics", ":simplification", ":translate", ":formalization", ":proofread"):
            provider = {"id": f"bench{name}", "name": "Benchmark", "task_type": TYPE + name, "expected_runtime": 3600}
            provider |= dict.fromkeys(shapes, []) | dict.fromkeys(maps, {})
            assert self.as_app("POST", "/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing", {"provider": provider})[0] == 200

    def schedule(self):
        return self.as_user("POST", "/schedule", json.loads(self.variables["BENCH_TASK"]))[1]["task"]["id"]

    def queue(self):
        """How many tasks of the measured type wait and run, by the server's own count."""
        counts = self.ocs("GET", f"{TASKS}/queue_stats?taskTypeIds[]={TYPE}", {"Authorization": self.admin})[1]
        return counts["scheduled_count"], counts["running_count"]


@contextlib.contextmanager
def yardstick(work):
    port = free_port()
    # Otherwise it watches the directory for changed settings, and hears of each page that the database writes there.
    settled = {"DOTNET_hostBuilder__reloadConfigOnChange": "false"}
    with running([ROOT / "artifacts/bin/Yardstick/release/Yardstick", "--urls", f"http://127.0.0.1:{port}"], work / "yardstick.log", settled) as process:
        bare = Yardstick(port, process)
        bare.wait_until_up()
        yield bare


@contextlib.contextmanager
def server(work, program, database=None, profile=False, prepare=None):
    """On SQLite, or on the PostgreSQL server of the given connection string; prepare gets both while the database is there and the server is not."""
    port, data, log = free_port(), work / "data", work / "server.log"
    shutil.rmtree(data, ignore_errors=True)
    settings = [f"--DataDirectory={data}"]
    if database:
        settings += ["--Store:Provider=PostgreSql", f"--Store:ConnectionString={database}"]

    def tell(*command):
        done = subprocess.run([program, *command, *settings], capture_output=True, text=True, cwd=work)
        if done.returncode != 0:
            raise SystemExit(f"\"{' '.join(command)}\" failed: {done.stderr}")
        return done.stdout.strip()

    tell("user", "add", "alice", "--password", "benchmark")
    tell("user", "add", "root", "--password", "benchmark", "--admin")
    tell("exapp", "add", "bench", "--app-version", "1.0.0", "--enabled", "--secret", "benchmark")
    password = tell("user", "app-password", "alice")
    if prepare:
        prepare(work, database)
    arguments = ["serve", *settings, "--urls", f"http://127.0.0.1:{port}", "--RateLimits:Enabled=false",
                 "--Providers:BuiltIn:Enabled=false", "--Serilog:MinimumLevel:Default=Warning"]
    # With these perf knows the names of compiled methods; they lie in /tmp then.
    names = {"DOTNET_PerfMapEnabled": "1", "DOTNET_EnableWriteXorExecute": "0"}
    begun = time.monotonic()
    with running([program, *arguments], log, names if profile else None) as process:
        running_server = Server(port, process, password)
        running_server.wait_until_up("/health/ready")
        running_server.started_in = time.monotonic() - begun
        running_server.work = work
        running_server.serve_types()
        yield running_server
    if complaints := [line for line in log.read_text().splitlines() if " WRN " in line or " ERR " in line]:
        print(f"The server warned {len(complaints)} times, first: {complaints[0]}")
