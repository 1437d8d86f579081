"""CPU for each request, held against the peers; durable commits; the journey of one applicant."""
import contextlib
import sqlite3
import statistics
import time

from . import peers
from .applicants import Applicant, prepared
from .processes import peak_megabytes, pss_megabytes
from .report import figure, interleaved, medians
from .server import only_ok, wire_get
from .wire import closed, percentile

CLIENTS = 8


def cpu_of(server, count, chains, clients=CLIENTS):
    """CPU µs of the server for each of `count` requests, with the work they leave behind."""
    before = server.settled_cpu()
    closed(server.address, chains, clients)
    return (server.settled_cpu() - before) / count * 1e6


def gets(server, request, count, clients=CLIENTS):
    """The same page, again and again."""
    share = max(1, count // clients)
    return cpu_of(server, share * clients, (only_ok(request, share) for _ in range(clients)), clients)


def fetch(server, request):
    """One answer."""
    kept = []

    def chain():
        kept.append((yield request))

    closed(server.address, [chain()], 1)
    return kept[0]


def form_get(bench):
    """A page of the form against nginx with the same bytes."""
    count, few = bench.count(8000), bench.count(200)
    with bench.server() as server, contextlib.ExitStack() as stack:
        applicant = prepared(bench, server.address, 1)[0]
        pages = {"contact": applicant.page("/apply/contact"), "receipt": wire_get(server.host, "/receipt")}
        nginx = stack.enter_context(peers.nginx(bench, {name: fetch(server, page) for name, page in pages.items()}))
        django = stack.enter_context(peers.django(bench))
        theirs = prepared(bench, django.address, 1, connections=1)[0]
        packed = applicant.page("/apply/contact", "accept-encoding: gzip, deflate, br, zstd\r\n")
        taken = interleaved(bench.rounds, {
            "contact": lambda: gets(server, pages["contact"], count),
            "nginx contact": lambda: gets(nginx, wire_get(nginx.host, "/contact"), count * 4),
            "receipt": lambda: gets(server, pages["receipt"], count),
            "nginx receipt": lambda: gets(nginx, wire_get(nginx.host, "/receipt"), count * 4),
            "compressed": lambda: gets(server, packed, count // 2),
            "django": lambda: gets(django, theirs.page("/apply/contact"), few),
        })
    middle = medians(taken)
    for name, what in [("contact", "GET of a form step with a session"),
                       ("receipt", "GET of a form page without one")]:
        times = middle[name] / middle[f"nginx {name}"]
        figure("form-get", what, middle[name], "µs CPU", "nginx", middle[f"nginx {name}"], times, "≤ 3 ×", times <= 3,
               rounds=taken[name], nginx=taken[f"nginx {name}"], requests=count)
    figure("form-get", "  the step as browsers ask for it, compressed", middle["compressed"], "µs CPU", "plain",
           middle["contact"], middle["compressed"] / middle["contact"], rounds=taken["compressed"])
    figure("form-get", "  the step in the Django peer", middle["django"], "µs CPU", "mizumado", middle["contact"],
           middle["django"] / middle["contact"], rounds=taken["django"])


def submit(bench):
    """The POST that gives a receipt number, and the POST of one step, against Django."""
    count, few = bench.count(1000), bench.count(300)

    def submissions(server, number, mail=True, clients=CLIENTS):
        them = prepared(bench, server.address, number, mail)
        return cpu_of(server, number, (one.submits() for one in them), clients)

    def saves(server, number):
        them, share = prepared(bench, server.address, CLIENTS), max(1, number // CLIENTS)
        chains = (one.saves_again(iter([True] * share + [False]).__next__) for one in them)
        return cpu_of(server, share * CLIENTS, chains)

    with bench.server() as server, peers.django(bench) as django:
        taken = interleaved(bench.rounds, {
            "submit": lambda: submissions(server, count),
            "django submit": lambda: submissions(django, few),
            "step": lambda: saves(server, count * 2),
            "django step": lambda: saves(django, few),
            "no mail": lambda: submissions(server, count // 2, mail=False),
            "one client": lambda: submissions(server, count // 2, clients=1),
        })
    middle = medians(taken)
    for name, what in [("submit", "submission: receipt number, gateway, mail"), ("step", "POST of one step")]:
        value, other = middle[name], middle[f"django {name}"]
        met = value / other <= 0.1 and value <= 250
        figure("submit", what, value, "µs CPU", "Django", other, value / other, "≤ 1/10, ≤ 250 µs", met,
               rounds=taken[name], django=taken[f"django {name}"], requests=count)
    for name, what in [("no mail", "  submission without a mail"),
                       ("one client", "  submission, one client at a time")]:
        figure("submit", what, middle[name], "µs CPU", "with 8 and mail", middle["submit"],
               middle[name] / middle["submit"], rounds=taken[name])


def raw_commits(folder, seconds):
    """One-row commits a second at `synchronous = FULL`, one after another."""
    file = folder / "raw.db"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = full")
        db.execute("create table if not exists t (id integer primary key, text text)")
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            db.execute("insert into t (text) values (?)", ("x" * 200,))
            count += 1
        return count / (time.perf_counter() - began)


def commits(bench):
    """Saved steps a second of 32 clients against raw commits in the same minute."""
    seconds = max(1.0, 4 * min(1.0, bench.scale))
    with bench.server() as server:
        them, own = prepared(bench, server.address, 32), []

        def saved():
            end = time.perf_counter() + seconds
            chains = (one.saves_again(lambda: time.perf_counter() < end) for one in them)
            began, ours = time.perf_counter(), time.process_time()
            count = len(closed(server.address, chains, 32))
            own.append((time.process_time() - ours) / (time.perf_counter() - began))
            return count / (time.perf_counter() - began)

        taken = interleaved(bench.rounds, {"saved": saved, "raw": lambda: raw_commits(server.folder, seconds)})
    ratio = statistics.median(ours / raw for ours, raw in zip(taken["saved"], taken["raw"]))
    middle = medians(taken)
    figure("commits", "durable saves of 32 clients", middle["saved"], "/s", "raw SQLite", middle["raw"], ratio, "≥ 2 ×",
           ratio >= 2, rounds=taken["saved"], raw=taken["raw"], seconds=seconds)
    figure("commits", "  client's CPU (above 90: the load is the limit)", statistics.median(own) * 100, "%")


def enrolment(bench):
    """One applicant after another, with every page and every step."""
    count = bench.count(200)
    with bench.server() as server:
        idle, before, began = pss_megabytes(server.process.pid), server.settled_cpu(), time.perf_counter()
        them = [Applicant(server.host, next(bench.numbers)) for _ in range(count)]
        handed, requests = [], 0
        for one in them:
            requests += len(closed(server.address, [one.prepare(with_pages=True)], 1)) + 1
            handed += closed(server.address, [one.submits()], 1)
        wall, cpu = time.perf_counter() - began, server.settled_cpu() - before
        after, peak = pss_megabytes(server.process.pid), peak_megabytes(server.process.pid)
    figure("enrolment", f"whole enrolment, {requests // count} requests", cpu / count * 1e3, "ms CPU",
           wall_ms=wall / count * 1e3, count=count)
    figure("enrolment", "  the same, wall clock, one client", wall / count * 1e3, "ms")
    figure("enrolment", "  check page → receipt number, median", percentile(handed, 0.5) * 1e3, "ms", "p99",
           percentile(handed, 0.99) * 1e3, milliseconds=[round(took * 1e3, 2) for took in handed])
    figure("enrolment", "  memory after the run, PSS", after, "MB", "idle", idle, peak=peak)
