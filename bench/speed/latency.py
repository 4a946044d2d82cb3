"""How long a waiting call takes to hear of what it waits for."""

import json
import os
import select
import socket
import statistics
import time

from speed.processes import TASKS, TEXT, TYPE


class Caller:
    """One connection that is written to and read from by hand: http.client would cost more than what is measured."""

    def __init__(self, server, headers):
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    def send(self, method, path, body=""):
        self.socket.sendall(
            f"{method} {TASKS}{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nOCS-APIRequest: true\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{self.headers}\r\n{body}".encode())

    def receive(self):
        """The data of the answer."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.socket.recv(65536)
        head, body = received.split(b"\r\n\r\n", 1)
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            body += self.socket.recv(65536)
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"An answer was no good: {head.splitlines()[0].decode()}")
        return json.loads(body)["ocs"]["data"]


def measure(server, count, other=None):
    """
    Two lists of seconds: from schedule until a waiting worker has the task, from its result until a waiting client knows. The worker's
    server may be another one on the same database.
    """
    client = Caller(server, {"Authorization": server.user})
    worker = Caller(other or server, {"EX-APP-ID": "bench", "EX-APP-VERSION": "1.0.0", "AUTHORIZATION-APP-API": server.app})
    waiting = Caller(server, {"Authorization": server.user})
    schedule = json.dumps({"type": TYPE, "appId": "bench", "input": {"input": TEXT}})
    result = json.dumps({"output": {"output": TEXT}})
    handed, known = [], []
    for _ in range(count):
        worker.send("GET", f"/tasks_provider/next?{server.provider}&wait=30")
        _settle(worker)
        start = time.perf_counter()
        client.send("POST", "/schedule", schedule)
        task = worker.receive()["task"]["id"]
        handed.append(time.perf_counter() - start)
        client.receive()

        waiting.send("GET", f"/task/{task}?wait=30")
        _settle(waiting)
        start = time.perf_counter()
        worker.send("POST", f"/tasks_provider/{task}/result", result)
        status = waiting.receive()["task"]["status"]
        known.append(time.perf_counter() - start)
        worker.receive()
        if status != "STATUS_SUCCESSFUL":
            raise SystemExit(f"A waiting client was told {status} instead of the result")

    return handed, known


def measure_bare(bare, directory, count):
    """Milliseconds, medians: what a call of the bare endpoint takes, and a page until it is on the disk, each after a pause as above."""
    caller = Caller(bare, {})
    called, written = [], []
    with open(directory / "page", "wb", buffering=0) as file:
        for _ in range(count):
            _settle(caller)
            start = time.perf_counter()
            caller.send("GET", "")
            caller.socket.recv(65536)
            called.append(time.perf_counter() - start)

            file.seek(0)
            file.write(os.urandom(4096))
            time.sleep(0.01)
            start = time.perf_counter()
            os.fsync(file.fileno())
            written.append(time.perf_counter() - start)

    return {"call": statistics.median(called) * 1000, "disk": statistics.median(written) * 1000}


def _settle(caller):
    """Gives the call time to arrive and wait; an answer now would mean that it does not wait."""
    if select.select([caller.socket], [], [], 0.01)[0]:
        raise SystemExit("A call that should wait was answered at once; is there a task left in the queue?")
