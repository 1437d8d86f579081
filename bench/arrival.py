"""Submissions that arrive at a constant rate whether answered or not: alone, under a backup, on either database."""
import contextlib
import gc
import statistics
import subprocess
import sys
import time

from .applicants import prepared
from .processes import SERVER_CPU, Failed, Process, cpu_seconds, peak_megabytes
from .report import figure, note
from .server import ROOT
from .wire import open_loop, percentile

AT_ONCE = 5_000


class Run:
    """What an open loop showed. Times in ms, counted from the timetable."""

    def __init__(self, servers, sent, seconds, cpu, own_cpu, peak):
        self.sent, self.seconds = sent, seconds
        self.took = [one.took * 1e3 for one in sent if one.took is not None]
        self.wrong = [one.wrong for one in sent if one.wrong]
        self.late = percentile([one.late * 1e3 for one in sent], 0.99)
        self.server_cpu, self.own_cpu, self.peak = cpu / seconds, own_cpu / seconds, peak
        self.micros = cpu / max(1, len(sent)) * 1e6
        self.servers = servers

    def at(self, share):
        return percentile(self.took, share)

    def raw(self):
        return {
            "p50": self.at(0.5), "p95": self.at(0.95), "p99": self.at(0.99), "max": max(self.took, default=0),
            "count": len(self.sent), "wrong": self.wrong[:20], "seconds": self.seconds, "client_late_p99": self.late,
            "server_cpu_share": self.server_cpu, "client_cpu_share": self.own_cpu, "peak_mb": self.peak,
            "p99_by_tenth": self.by_tenth(),
        }

    def by_tenth(self):
        """The p99 of each tenth of the run: a drift shows here."""
        size = max(1, len(self.sent) // 10)
        parts = (self.sent[at:at + size] for at in range(0, len(self.sent), size))
        return [percentile([one.took * 1e3 for one in part if one.took is not None], 0.99) for part in parts]


def arrive(bench, servers, minutes, events=()):
    """`bench.rate` submissions a second. Everybody has filled in the form beforehand."""
    count = max(10, round(bench.rate * 60 * minutes))
    them = []
    while len(them) < count:
        them += prepared(bench, servers[0].address, min(AT_ONCE, count - len(them)))
        if count > AT_ONCE:
            print(f"  {len(them)} of {count} applicants stand on the check page", file=sys.stderr)
    plan = [(number / bench.rate, one.submission()) for number, one in enumerate(them)]
    check = them[0].is_wrong
    for server in servers:
        server.settled_cpu()
    pids = [server.process.pid for server in servers]
    before, own, began = cpu_seconds(*pids), time.process_time(), time.perf_counter()
    gc.collect()
    gc.disable()
    try:
        sent = open_loop([server.address for server in servers], plan, check, events)
    finally:
        gc.enable()
    took, own = time.perf_counter() - began, time.process_time() - own
    return Run(servers, sent, took, cpu_seconds(*pids) - before, own, peak_megabytes(*pids))


def arrival(bench):
    """The promise: 50 submissions a second for ten minutes (`--minutes 10`)."""
    with bench.server() as server:
        run = arrive(bench, [server], bench.minutes)
        on_disk = server.receipts()
    name, raw = "arrival", run.raw()
    acknowledged = len(run.sent) - len(run.wrong)
    figure(name, f"{bench.rate}/s for {bench.minutes:g} min, p50", run.at(0.5), "ms", **raw)
    figure(name, "  p95", run.at(0.95), "ms", target="≤ 50 ms", met=run.at(0.95) <= 50)
    figure(name, "  p99", run.at(0.99), "ms", target="≤ 200 ms", met=run.at(0.99) <= 200)
    figure(name, "  max", max(run.took, default=0), "ms")
    figure(name, "  errors", len(run.wrong), "", target="0", met=not run.wrong)
    figure(name, "  receipts on disk", on_disk, "", "acknowledged", acknowledged, target="not fewer",
           met=on_disk >= acknowledged)
    figure(name, "  peak memory, RSS", run.peak, "MB", target="≤ 100 MB", met=run.peak <= 100)
    figure(name, "  server's CPU", run.server_cpu * 100, "%", "client's", run.own_cpu * 100)
    figure(name, "  client late, p99 (above 5: do not trust)", run.late, "ms")


def backup(bench):
    """The same load with a backup in its middle."""
    known = subprocess.run([bench.program, "--help"], capture_output=True, text=True).stdout
    if not any(text.split()[:1] == ["backup"] for text in known.splitlines()):
        note("backup", "backup during load", "not in this build")
        return
    started, minutes = [], bench.minutes
    with bench.server() as server:
        alone = arrive(bench, [server], minutes)

        def begin():
            command = [bench.program, "backup", "--config", server.config]
            started.append(Process(command, server.folder / "backup.log", SERVER_CPU))

        run = arrive(bench, [server], minutes, [(minutes * 30, begin)])
        still = started[0].popen.poll() is None
        code = started[0].popen.wait(60)
        what = started[0].tail()
    if code != 0:
        note("backup", "backup during load", f"`mizumado backup` failed: {what}")
        return
    more = run.at(0.99) - alone.at(0.99)
    figure("backup", "p99 more than without a backup", more, "ms", "without", alone.at(0.99), target="≤ 500 ms",
           met=more <= 500, alone=alone.raw(), during=run.raw(), outlasted_the_load=still)
    figure("backup", "  errors", len(run.wrong), "", target="0", met=not run.wrong)


@contextlib.contextmanager
def a_postgres(bench):
    """A PostgreSQL of its own by scripts/with-postgres: its URL."""
    say = 'echo "$TEST_POSTGRES_URL"; cat'
    process = Process(
        [ROOT / "scripts" / "with-postgres", "sh", "-c", say], bench.folder / "postgres.log", SERVER_CPU,
        environment={"TEST_POSTGRES_DURABLE": "yes"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        url = process.popen.stdout.readline().decode().strip()
        if not url:
            raise Failed(f"scripts/with-postgres gives no database: {process.tail()}")
        yield url
    finally:
        # The end of its input ends the script, and that its database.
        process.popen.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.popen.wait(30)
        process.stop()


def is_durable():
    """Whether this scripts/with-postgres knows how to keep fsync on."""
    return "TEST_POSTGRES_DURABLE" in (ROOT / "scripts" / "with-postgres").read_text()


def postgres(bench):
    """Two processes on one PostgreSQL against one on SQLite, by turns."""
    minutes = min(bench.minutes, 1) / 4
    taken = {"sqlite": [], "postgres": []}
    with a_postgres(bench) as url, bench.server() as lite, bench.server(url) as first, bench.server(url) as second:
        for _ in range(bench.rounds):
            taken["sqlite"].append(arrive(bench, [lite], minutes))
            taken["postgres"].append(arrive(bench, [first, second], minutes))
    middle = {name: statistics.median(run.at(0.95) for run in runs) for name, runs in taken.items()}
    wrong = {name: sum(len(run.wrong) for run in runs) for name, runs in taken.items()}
    micros = {name: statistics.median(run.micros for run in runs) for name, runs in taken.items()}
    times = middle["postgres"] / middle["sqlite"]
    what = "p95, PostgreSQL, 2 processes" + ("" if is_durable() else " (fsync off!)")
    raw = {name: [run.raw() for run in runs] for name, runs in taken.items()}
    figure("postgres", what, middle["postgres"], "ms", "SQLite", middle["sqlite"], times, "≤ 2 ×",
           times <= 2 and is_durable(), fsync=is_durable(), runs=raw)
    figure("postgres", "  errors", wrong["postgres"], "", "SQLite", wrong["sqlite"], target="0",
           met=not any(wrong.values()))
    figure("postgres", "  submission, without PostgreSQL's own", micros["postgres"], "µs CPU", "SQLite",
           micros["sqlite"], micros["postgres"] / micros["sqlite"])
