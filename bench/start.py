"""From exec to the first page, and what an idle server costs."""
import statistics
import time

from .processes import family, pss_megabytes
from .report import figure
from .server import Server

IDLE_SECONDS = 20


def start(bench):
    """Cold start on a new and on an existing database; memory and CPU when nobody is there."""
    first, again = [], []
    for number in range(bench.rounds):
        server = Server(bench, f"start-{number}")
        try:
            first.append(server.start() * 1e3)
            server.stop()
            again.append(server.start() * 1e3)
        finally:
            server.drop()
    middle = statistics.median(again)
    figure("start", "exec to the first 200, existing database", middle, "ms", target="≤ 300 ms", met=middle <= 300,
           rounds=again)
    figure("start", "  new database (migrations and tables)", statistics.median(first), "ms", rounds=first)
    with bench.server() as server:
        server.stop()
        server.start()
        before = server.settled_cpu()
        time.sleep(IDLE_SECONDS)
        cpu, pss = server.cpu() - before, pss_megabytes(server.process.pid)
        processes = len(family([server.process.pid]))
    figure("start", "idle memory, PSS", pss, "MB", target="≤ 40 MB", met=pss <= 40, processes=processes)
    figure("start", "  idle CPU", cpu / IDLE_SECONDS * 1e3, "ms/s", seconds=IDLE_SECONDS)
