"""The command line: which measures, how much of them, where the figures go."""
import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import time

from . import arrival, peers, report, requests, start
from .processes import Failed, become_the_load, end_on_signals, stop_all
from .server import ROOT, Bench
from .wire import Unexpected

MEASURES = {
    "form-get": requests.form_get,
    "submit": requests.submit,
    "arrival": arrival.arrival,
    "commits": requests.commits,
    "backup": arrival.backup,
    "start": start.start,
    "enrolment": requests.enrolment,
    "postgres": arrival.postgres,
}


def options():
    release = ROOT / "target" / os.environ.get("PROFILE", "release") / "mizumado"
    parser = argparse.ArgumentParser(prog="scripts/bench", description="mizumado against its peers; see docs/BENCH.md")
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"of: {' '.join(MEASURES)} (default: all)")
    parser.add_argument("--list", action="store_true", help="name the measures and end")
    parser.add_argument("--rounds", type=int, default=5, help="A B rounds; the figure is their median (5)")
    parser.add_argument("--minutes", type=float, default=1, help="length of the arrivals; 10 for the promise (1)")
    parser.add_argument("--rate", type=int, default=50, help="submissions a second of the arrivals (50)")
    parser.add_argument("--scale", type=float, default=1, help="share of the requests, for a short trial (1)")
    parser.add_argument("--program", default=release, help="the mizumado to measure (target/release/mizumado)")
    parser.add_argument("--simulator", action="store_true", help="the program's own gateway simulator")
    parser.add_argument("--no-file", action="store_true", help="write nothing to bench/results")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.measures if name not in MEASURES]
    if unknown:
        parser.error(f"no measure {', '.join(unknown)}; there are {' '.join(MEASURES)}")
    amounts = 1 <= chosen.rounds <= 50 and 0 < chosen.minutes <= 60
    if not (amounts and 1 <= chosen.rate <= 500 and 0 < chosen.scale <= 10):
        parser.error("--rounds is 1 to 50, --minutes up to 60, --rate 1 to 500, --scale up to 10")
    return chosen


def main():
    chosen = options()
    if chosen.list:
        for name, measure in MEASURES.items():
            print(f"{name:<11}{measure.__doc__.splitlines()[0]}")
        return
    end_on_signals()
    become_the_load()
    (ROOT / "target").mkdir(exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "target"))
    try:
        failed = measure_all(chosen, folder)
    except Failed as error:
        sys.exit(f"scripts/bench: {error}")
    finally:
        stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    if failed:
        sys.exit(1)


def measure_all(chosen, folder):
    """Runs the measures; one that fails is noted and does not end the others. Gives the names of those."""
    bench, began, failed = Bench(chosen, folder), time.time(), []
    facts = report.machine(bench)
    print(f"{facts['cpu']}, {facts['cpus']} CPUs, fdatasync {facts['fdatasync_ms']} ms, "
          f"load average {facts['load_average'][0]:.1f}, nice {facts['nice']}, commit {report.commit()}")
    print(report.heading())
    names = chosen.measures or list(MEASURES)
    for name in names:
        try:
            MEASURES[name](bench)
        except (Failed, Unexpected, OSError, ValueError) as error:
            failed.append(name)
            report.note(name, "FAILED", f"{type(error).__name__}: {error}")
    versions = peers.peer_versions() if {"form-get", "submit"} & set(names) else {}
    if not chosen.no_file:
        file = report.save(bench, chosen, began, facts, versions)
        print(f"raw numbers: {file.relative_to(ROOT)}")
    return failed
