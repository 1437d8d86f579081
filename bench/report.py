"""Figures, the machine they were taken on, a table for people and a file for the record."""
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import time

from .processes import CPUS, LOAD_CPU, SERVER_CPU
from .server import ROOT

FIGURES = []


def figure(measure, what, value, unit, against="", other=None, times=None, target=None, met=None, **raw):
    """One line of the table. `met` is `None` where nothing was promised."""
    FIGURES.append({
        "measure": measure, "what": what, "value": value, "unit": unit, "against": against, "other": other,
        "times": times, "target": target, "met": None if met is None else bool(met), "raw": raw,
    })
    print(line(FIGURES[-1]), flush=True)


def note(measure, what, why):
    """A line that says why there is no figure."""
    FIGURES.append({"measure": measure, "what": what, "note": why})
    print(line(FIGURES[-1]), flush=True)


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def line(f):
    if "note" in f:
        return f"{f['measure']:<11}{f['what']:<48}{f['note']}"
    against = f"{f['against']} {number(f['other'])}" if f["against"] else ""
    times = f"{number(f['times'])} ×" if f["times"] is not None else ""
    verdict = {True: "met", False: "MISSED", None: ""}[f["met"]]
    value, target = f"{number(f['value'])} {f['unit']}", f["target"] or ""
    return f"{f['measure']:<11}{f['what']:<48}{value:>13}  {against:<24}{times:>9}  {target:<18}{verdict}"


def heading():
    head = f"{'measure':<11}{'what':<48}{'figure':>13}  {'against':<24}{'times':>9}  {'target':<18}"
    return f"{head}\n{'-' * len(head)}"


def interleaved(rounds, works):
    """A B A B …: each work gives one number a round; all numbers by name."""
    taken = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(work())
    return taken


def medians(taken):
    return {name: statistics.median(values) for name, values in taken.items()}


def run_text(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def first_line(path, name):
    for text in pathlib.Path(path).read_text().splitlines():
        if text.startswith(name):
            return text.split(":", 1)[1].strip()
    return ""


def machine(bench):
    """What the figures depend on besides the program."""
    return {
        "cpu": first_line("/proc/cpuinfo", "model name"), "cpus": len(CPUS), "server_cpu": SERVER_CPU,
        "load_cpu": LOAD_CPU, "memory": first_line("/proc/meminfo", "MemTotal"), "kernel": platform.release(),
        "python": platform.python_version(), "load_average": os.getloadavg(), "nice": os.nice(0),
        "filesystem": run_text("df", "--output=fstype,target", str(bench.folder)).split("\n")[-1],
        "fdatasync_ms": fdatasync_milliseconds(bench.folder),
    }


def fdatasync_milliseconds(folder):
    """What one durable write of 4 KiB costs here, median of 50."""
    took, file = [], folder / "sync-probe"
    with open(file, "wb", buffering=0) as probe:
        for _ in range(50):
            probe.write(bytes(4096))
            began = time.perf_counter()
            os.fdatasync(probe.fileno())
            took.append((time.perf_counter() - began) * 1000)
    file.unlink()
    return round(statistics.median(took), 3)


def commit():
    """The commit, and whether the work tree differs from it."""
    name = run_text("git", "rev-parse", "--short", "HEAD") or "unknown"
    return name + ("-changed" if run_text("git", "status", "--porcelain", "--untracked-files=no") else "")


def rounded(value):
    """Four decimals are more than was measured."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    return [rounded(part) for part in value] if isinstance(value, (list, tuple)) else value


def save(bench, options, began, facts, peers):
    """Writes everything to `bench/results/`; gives the file."""
    when = datetime.datetime.fromtimestamp(began).astimezone()
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    file = folder / f"{when:%Y-%m-%d}-{commit()}.json"
    if file.exists():
        file = folder / f"{when:%Y-%m-%d}-{commit()}-{when:%H%M%S}.json"
    record = {
        "at": when.isoformat(timespec="seconds"), "commit": commit(),
        "program": str(bench.program).removeprefix(f"{ROOT}/"),
        "seconds": round(time.time() - began),
        "options": {name: value for name, value in vars(options).items() if name != "program"},
        "machine": facts, "load_average_at_end": os.getloadavg(), "peers": peers, "figures": FIGURES,
    }
    file.write_text(json.dumps(rounded(record), ensure_ascii=False, indent=1) + "\n")
    return file
