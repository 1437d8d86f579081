"""mizumado as it runs in production (but for mails to a folder, which only a demo may do): `serve` with a settings file, its gateway a process of its own."""
import contextlib
import itertools
import os
import pathlib
import secrets
import shutil
import sqlite3
import subprocess
import sys
import time

from . import wire
from .processes import LOAD_CPU, Failed, Process, cpu_seconds, free_port, wait_for

ROOT = pathlib.Path(__file__).resolve().parent.parent
MERCHANT = "bench"

SETTINGS = """environment = "demo"
database = "{database}"
keys = "../keys.toml"
log_dir = "logs"

[bureau]
name = "長岡市水道局"
city = "長岡市"
phone = "0258-00-0000"
phone_hours = "平日 8時30分から17時15分まで"
office = "業務課 料金担当"
address = "新潟県長岡市（水道局庁舎）"

[public]
listen = "127.0.0.1:{port}"
url = "http://127.0.0.1:{port}"
trusted_proxies = ["127.0.0.1"]

[mail]
transport = "file"
from = "長岡市水道局 <no-reply@suido.example.jp>"
folder = "mails"

[backup]
folder = "backups"
recipients = ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]

[[gateway]]
id = "main"
endpoint = "http://127.0.0.1:{gateway}/api"
merchant = "{merchant}"
charset = "windows-31j"
signing_keys = ["{key}"]
"""


class Gateway:
    """The other side of a submission, on the load's CPU."""

    def __init__(self, bench):
        self.port, self.key = free_port(), f"bench:{secrets.token_hex(32)}"
        here = pathlib.Path(__file__).parent
        command = [sys.executable, here / "gateway.py", self.port, self.key, MERCHANT]
        if bench.simulator:
            command = [bench.program, "gateway-simulator", "--listen", f"127.0.0.1:{self.port}", "--state",
                       bench.folder / "simulator.json", "--merchant", MERCHANT, "--charset", "windows-31j",
                       "--key", self.key, "--end-with-stdin"]
        self.process = Process(command, bench.folder / "gateway.log", LOAD_CPU, stdin=subprocess.PIPE)
        wait_for(self.port, self.process)


class Server:
    """One `mizumado serve` with a folder of its own. `database` is a URL, or SQLite in the folder."""

    def __init__(self, bench, name, database="sqlite:mizumado.db"):
        self.bench, self.folder, self.port = bench, bench.folder / name, free_port()
        self.folder.mkdir()
        self.is_sqlite = database.startswith("sqlite:")
        self.config, self.address = self.folder / "mizumado.toml", ("127.0.0.1", self.port)
        self.host, self.process = f"127.0.0.1:{self.port}", None
        keys = bench.folder / "keys.toml"
        if not keys.exists():
            subprocess.run([bench.program, "keys", "new", "--environment", "demo", "--out", keys], check=True, stdout=subprocess.DEVNULL)
        gateway = bench.gateway()
        self.config.write_text(SETTINGS.format(
            database=database, port=self.port, gateway=gateway.port, merchant=MERCHANT, key=gateway.key))

    def start(self):
        """Starts it; gives the seconds from exec to the first 200 of the front page."""
        began = time.perf_counter()
        self.process = Process([self.bench.program, "serve", "--config", self.config], self.folder / "server.log")
        request = wire_get(self.host, "/")
        while True:
            self.process.check()
            if time.perf_counter() - began > 60:
                raise Failed(f"mizumado gives no front page in 60 s: {self.process.tail()}")
            with contextlib.suppress(OSError, wire.Unexpected):
                wire.closed(self.address, [only_ok(request)], 1)
                return time.perf_counter() - began
            time.sleep(0.001)

    def stop(self):
        self.process.stop()

    def cpu(self):
        return cpu_seconds(self.process.pid)

    def settled_cpu(self, most=20):
        """CPU seconds once the work behind the answers (mails) is over: no 2 ticks in 300 ms."""
        end, last = time.monotonic() + most, self.cpu()
        while time.monotonic() < end:
            time.sleep(0.3)
            now = self.cpu()
            if now - last < 0.02:
                return now
            last = now
        return last

    def receipts(self):
        """Applications on disk that have a receipt number; `None` where we cannot look."""
        if not self.is_sqlite:
            return None
        with contextlib.closing(sqlite3.connect(f"file:{self.folder / 'mizumado.db'}?mode=ro", uri=True)) as db:
            return db.execute("select count(*) from applications where receipt_number is not null").fetchone()[0]

    def drop(self):
        """Stops it and forgets its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def wire_get(host, path, cookie="", extra=""):
    cookie = f"cookie: {cookie}\r\n" if cookie else ""
    return f"GET {path} HTTP/1.1\r\nhost: {host}\r\n{cookie}{extra}\r\n".encode()


def only_ok(request, times=1):
    """A chain: the same request, and nothing but 200 will do."""
    for _ in range(times):
        answer = yield request
        if answer.status != 200:
            raise wire.Unexpected(f"{request[:60]!r} was answered with {answer.status}")


class Bench:
    """What a run is: the program, how much of everything, and a folder that is gone afterwards."""

    def __init__(self, options, folder):
        self.program = pathlib.Path(options.program).resolve()
        self.rounds, self.minutes, self.scale = options.rounds, options.minutes, options.scale
        self.rate, self.simulator = options.rate, options.simulator
        self.folder, self.numbers, self._gateway, self._names = folder, itertools.count(1), None, itertools.count(1)
        if not os.access(self.program, os.X_OK):
            raise Failed(f"{self.program} is not there: `cargo build --release` makes it; --program names another")

    def count(self, number):
        """A number of requests, scaled; never none."""
        return max(8, round(number * self.scale))

    def gateway(self):
        if self._gateway is None:
            self._gateway = Gateway(self)
        return self._gateway

    @contextlib.contextmanager
    def server(self, database="sqlite:mizumado.db"):
        """A fresh server, stopped at the end."""
        server = Server(self, f"server-{next(self._names)}", database)
        server.start()
        try:
            yield server
        finally:
            server.drop()
