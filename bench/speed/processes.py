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
    with open(log, "a") as output:
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
    home = work / "postgres"
    home.mkdir()
    if os.getuid() == 0:
        os.chown(home, pwd.getpwnam("postgres").pw_uid, -1)
    port = free_port()
    as_postgres("initdb", work, "-U", "postgres", "-A", "trust", "-E", "UTF8")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={home} -c fsync=on -c synchronous_commit=on -c max_connections=200"
    as_postgres("pg_ctl", work, "-w", "-l", home / "log", "-o", options, "start")
    try:
        address = f"Host=127.0.0.1;Port={port};Username=postgres;Database="
        psql(f"{address}postgres", "CREATE DATABASE bench")
        yield f"{address}bench"
    finally:
        as_postgres("pg_ctl", work, "-w", "-m", "immediate", "stop")


def restart_postgres(work):
    """As if it had crashed."""
    as_postgres("pg_ctl", work, "-w", "-m", "immediate", "-l", work / "postgres/log", "restart")


def as_postgres(program, work, *arguments):
    """Runs one of PostgreSQL's programs on the data in the directory; they do not work as root."""
    programs = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))[-1]).parent
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*user, programs / program, "-D", work / "postgres/data", *arguments], check=True, stdout=subprocess.DEVNULL)


def psql(database, *statements):
    """Runs statements on the PostgreSQL database of the connection string; answers the lines of the output."""
    parts = dict(part.split("=") for part in database.split(";"))
    command = ["psql", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", parts["Host"], "-p", parts["Port"], "-U", parts["Username"], "-d", parts["Database"]]
    return subprocess.run(command + [word for one in statements for word in ("-c", one)], check=True, capture_output=True, text=True).stdout.splitlines()


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
    """A server under test, with a user, an administrator, and a provider app that serves one task type."""

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

    def as_admin(self, method, path, body=None):
        status, data = self.ocs(method, TASKS + path, {"Authorization": self.admin}, body)
        assert status == 200, (status, path)
        return data

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
        counts = self.as_admin("GET", f"/queue_stats?taskTypeIds[]={TYPE}")
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
    # With these perf knows the names of compiled methods; they lie in /tmp then.
    names = {"DOTNET_PerfMapEnabled": "1", "DOTNET_EnableWriteXorExecute": "0"}
    with servers(work, program, 1, database, prepare=prepare, environment=names if profile else None) as (only,):
        yield only


@contextlib.contextmanager
def servers(work, program, count, database=None, settings=("--RateLimits:Enabled=false",), prepare=None, environment=None):
    """Several on one PostgreSQL, or one; each with a data directory of its own."""
    folders = [work / ("data" if number == 0 else f"data-{number}") for number in range(count)]
    logs = [work / f"server-{number}.log" for number in range(count)]
    for folder, log in zip(folders, logs):
        shutil.rmtree(folder, ignore_errors=True)
        log.unlink(missing_ok=True)
    store = ["--Store:Provider=PostgreSql", f"--Store:ConnectionString={database}"] if database else []

    def tell(*command):
        done = subprocess.run([program, *command, f"--DataDirectory={folders[0]}", *store], capture_output=True, text=True, cwd=work)
        if done.returncode != 0:
            raise SystemExit(f"\"{' '.join(command)}\" failed: {done.stderr}")
        return done.stdout.strip()

    tell("user", "add", "alice", "--password", "benchmark")
    tell("user", "add", "root", "--password", "benchmark", "--admin")
    tell("exapp", "add", "bench", "--app-version", "1.0.0", "--enabled", "--secret", "benchmark")
    password = tell("user", "app-password", "alice")
    if prepare:
        prepare(work, database)
    with contextlib.ExitStack() as stack:
        nodes = []
        for folder, log in zip(folders, logs):
            port = free_port()
            command = [program, "serve", f"--DataDirectory={folder}", *store, "--urls", f"http://127.0.0.1:{port}",
                       "--Providers:BuiltIn:Enabled=false", "--Serilog:MinimumLevel:Default=Warning", *settings]
            begun = time.monotonic()
            node = Server(port, stack.enter_context(running(command, log, environment)), password)
            node.tell, node.work = tell, work
            node.revive = lambda node=node, command=command, log=log: setattr(node, "process", stack.enter_context(running(command, log)))
            node.wait_until_up("/health/ready")
            node.started_in = time.monotonic() - begun
            if not nodes:
                node.serve_types()
            nodes.append(node)
        yield nodes
    for log in logs:
        if complaints := [line for line in log.read_text().splitlines() if " WRN " in line or " ERR " in line]:
            print(f"The server warned {len(complaints)} times, first: {complaints[0]}")
