"""Everything the benchmark starts: pinned to a CPU, logged to a file, stopped by its process id whatever happens."""
import atexit
import contextlib
import ctypes
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import time

CPUS = sorted(os.sched_getaffinity(0))
SERVER_CPU, LOAD_CPU = CPUS[0], CPUS[-1]
TICKS = os.sysconf("SC_CLK_TCK")
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
STARTED = []
FILES = resource.getrlimit(resource.RLIMIT_NOFILE)


class Failed(Exception):
    """A sentence for whoever runs the benchmark."""


class Process:
    """A process of ours. `cpu` is where it runs; its output goes to a log beside its data."""

    def __init__(self, command, log, cpu=SERVER_CPU, environment=None, stdin=subprocess.DEVNULL, stdout=None):
        self.name = pathlib.Path(command[0]).name
        self.log = pathlib.Path(log)

        def settle():
            os.sched_setaffinity(0, {cpu})
            resource.setrlimit(resource.RLIMIT_NOFILE, FILES)
            # Ends with us even when we are killed.
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

        with open(self.log, "ab") as file:
            self.popen = subprocess.Popen(
                [str(part) for part in command], stdin=stdin, stdout=stdout or file, stderr=file,
                env={**os.environ, **(environment or {})}, preexec_fn=settle)
        self.pid = self.popen.pid
        STARTED.append(self)

    def check(self):
        """Raises when it has ended by itself."""
        if self.popen.poll() is not None:
            raise Failed(f"{self.name} ended with {self.popen.returncode}: {self.tail()}")

    def tail(self):
        with contextlib.suppress(OSError):
            return self.log.read_text(errors="replace")[-600:].strip() or "(nothing in its log)"
        return "(no log)"

    def stop(self, how=signal.SIGTERM):
        """Asks, waits, and ends it for good after 25 s."""
        if self in STARTED:
            STARTED.remove(self)
        if self.popen.poll() is not None:
            return
        self.popen.send_signal(how)
        try:
            self.popen.wait(25)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait(5)


@atexit.register
def stop_all():
    for process in list(STARTED):
        process.stop()


def become_the_load():
    """On the load's CPU, and with as many connections as a stalled server may need."""
    os.sched_setaffinity(0, {LOAD_CPU})
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES[1], FILES[1]))


def end_on_signals():
    """SIGTERM and SIGHUP end us by the same door as an error, so that everything is stopped."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(f"stopped by signal {number}"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process, seconds=30):
    """Until something listens."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        process.check()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise Failed(f"{process.name} does not listen after {seconds} s: {process.tail()}")


def stat(pid):
    """Parent, and the ticks of a process with those of its ended children."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return int(fields[1]), sum(int(field) for field in fields[11:15])


def family(pids):
    """The processes and their descendants: ticks by process id."""
    all_of_them = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                all_of_them[int(name)] = stat(name)
    found, grew = set(pids), True
    while grew:
        more = {pid for pid, (parent, _) in all_of_them.items() if parent in found} - found
        found, grew = found | more, bool(more)
    return {pid: all_of_them[pid][1] for pid in found if pid in all_of_them}


def cpu_seconds(*pids):
    """CPU time of processes with all their children so far."""
    return sum(family(pids).values()) / TICKS


def field_of(path, name):
    with open(path) as file:
        for line in file:
            if line.startswith(name):
                return int(line.split()[1]) / 1024
    return 0.0


def pss_megabytes(*pids):
    return sum(field_of(f"/proc/{pid}/smaps_rollup", "Pss:") for pid in family(pids))


def peak_megabytes(*pids):
    """The largest resident size so far, summed over the processes."""
    return sum(field_of(f"/proc/{pid}/status", "VmHWM:") for pid in family(pids))
