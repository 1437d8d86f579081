#!/usr/bin/env python3
"""Power cuts of the whole program: a receipt number that was shown is there afterwards (R1).

    campaign.py --binary /path/to/mizumado [--rounds 5] [--cuts 12] [--seed N] [--keep FOLDER] [--synchronous 1]

A round: the demo runs under keep_synced.c (SQLite, loopback); four applicants at a time send whole applications and note each
receipt number and when the page that shows it was read; kill -9 at a random moment. Then the folder is built as it is after a
power cut: at the kill (twice: synced bytes alone, and with random sectors of the rest), and at `--cuts` moments before it, half
of them during checkpoints, since the log holds the whole round. Each is judged: `integrity_check`, foreign keys, every number
shown before the cut, `audit verify`. The next round goes on from one of the first two; there the round's numbers are also
looked up on the public page (number and last four digits of the phone). The seed decides moments and tears; what the clients
get done until then depends on the machine, so `--keep` puts a failing round's folders and log aside for `tear.py`. Exit code 1 and `LOST` if anything fails.

`--synchronous 1` is the control: a copy of the binary with `synchronous = FULL` changed to NORMAL (0: OFF) must lose something.
The settings and the gateway's key are the operator's files, written unsynced by the demo; they are put back before judging.
"""
import argparse, http.client, json, os, random, re, shutil, sqlite3, subprocess, sys, tempfile, threading, time, urllib.parse
import tear
from test_keep_synced import build, shimmed

CLIENTS, MOST_SECONDS = 4, 20
OPERATORS = ["mizumado.toml", "gateway.key"]
COVERED = set("open open64 openat openat64 creat creat64 write writev pwrite pwrite64 pwritev pwritev64 ftruncate ftruncate64 fsync "
              "fdatasync rename renameat renameat2 unlink unlinkat rmdir remove mkdir mkdirat copy_file_range sendfile sendfile64 "
              "splice".split())
CHANGING = COVERED | set("truncate truncate64 fallocate fallocate64 posix_fallocate posix_fallocate64 "
                         "tee link linkat fopen fopen64 fwrite mkstemp mkstemp64 mkostemp mkostemp64 pwritev2 pwritev64v2 msync "
                         "sync syncfs sync_file_range io_uring_setup io_uring_submit aio_write aio_write64 mknod".split())


class Browser:
    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address, timeout=20)
        self.cookies = {}

    def call(self, method, path, fields=None):
        headers = {"sec-fetch-site": "same-origin", "cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            headers["content-type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        page = response.read().decode()
        for cookie in response.headers.get_all("set-cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return response.headers.get("location"), page, response.status

    def submit(self, path, **fields):
        _, page, _ = self.call("GET", path)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page))
        location, page, status = self.call("POST", path, {**hidden, **fields})
        if status != 303 or "error" in (location or ""):
            raise Refused(path, status, location)
        return location


class Refused(Exception):
    """An answer that is not the expected one, from a server that lives."""


def apply_once(address, number):
    """A whole application; gives the receipt number that the page shows."""
    b = Browser(address)
    b.submit("/apply/terms", agree="yes")
    b.submit("/apply/bank", institution="0140")
    b.submit("/apply/number", application_kind="new", customer_number=f"{number:010}")
    b.submit("/apply/place", postal_code="9400062", town="長岡市大手通", block="2-6")
    b.submit("/apply/name", family_name="山田", given_name="太郎", family_kana="ヤマダ", given_kana="タロウ", name_changed="no")
    b.submit("/apply/contact", phone_mobile="09000001234", relation="self", notice="site", email="")
    b.submit("/apply/account", branch="020", deposit_type="1", account_number="1234567", holder="same")
    _, page, status = b.call("GET", b.submit("/apply/check"))
    shown = re.search(r'receipt-number[^>]*>\s*([0-9A-Za-z-]{11})\s*<', page)
    if status != 200 or not shown:
        raise Refused("no receipt number is shown", status, page[:500])
    return shown.group(1)


def look_up(address, number):
    b = Browser(address)
    location = b.submit("/receipt", receipt_number=number, phone_last4="1234")
    return location == "/result" and number in b.call("GET", "/result")[1]


class Demo:
    """The demo on free ports of loopback; its simulator ends with it."""

    def __init__(self, binary, folder, environment=None):
        self.file = os.path.join(folder, "addresses.json")
        if os.path.exists(self.file):
            os.remove(self.file)
        command = [binary, "demo", "--empty", "--dir", folder]
        for part in ["public", "console", "gateway", "mail"]:
            command += [f"--{part}", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        began = time.monotonic()
        while not os.path.exists(self.file):
            if self.process.poll() is not None or time.monotonic() - began > 60:
                self.process.kill()
                raise SystemExit(f"LOST: the demo does not start: {self.process.communicate()[1].decode()}")
            time.sleep(0.01)
        with open(self.file) as file:
            self.address = json.load(file)["public"].removeprefix("http://")

    def end(self, kill):
        self.process.kill() if kill else self.process.terminate()
        self.process.communicate(timeout=60)


def load(demo, first, chance):
    """Applications from all clients until the kill; gives (number, when it was shown) and what went wrong before it."""
    shown, wrong, killed = [], [], threading.Event()

    def client(who):
        number = first + who
        while not killed.is_set():
            try:
                shown.append((apply_once(demo.address, number), time.monotonic_ns()))
            except (OSError, http.client.HTTPException):
                return  # it met the dead server
            except Refused as refused:
                wrong.append(refused)
                return
            number += CLIENTS

    threads = [threading.Thread(target=client, args=(who,)) for who in range(CLIENTS)]
    for thread in threads:
        thread.start()
    latest = time.monotonic() + MOST_SECONDS
    until = chance.randint(8, 120)
    while len(shown) < until and time.monotonic() < latest and any(t.is_alive() for t in threads):
        time.sleep(0.002)
    time.sleep(chance.uniform(0, 0.03))
    demo.end(kill=True)
    killed.set()
    for thread in threads:
        thread.join()
    return shown, wrong


def judge(binary, folder, everything):
    """What is wrong with a folder after the cut."""
    with tempfile.TemporaryDirectory() as parent:
        copy = shutil.copytree(folder, os.path.join(parent, "copy"))
        wrong, there = [], set()
        db = sqlite3.connect(os.path.join(copy, "mizumado.db"))
        try:
            (integrity,) = db.execute("pragma integrity_check").fetchone()
            if integrity != "ok" or db.execute("pragma foreign_key_check").fetchone():
                wrong.append(f"integrity or foreign keys: {integrity[:200]}")
            numbers = "select receipt_number from applications where receipt_number is not null"
            there = {number for (number,) in db.execute(numbers)}
            # Shown in groups, kept without the hyphens.
            lost = sorted(number for number in everything if number.replace("-", "") not in there)
            if lost:
                wrong.append(f"{len(lost)} receipt numbers were shown and are not there: {lost[:20]}")
            jobless = "select count(*) from applications where receipt_number is not null and id not in (select application_id from attempts)"
            if db.execute(jobless).fetchone()[0]:
                wrong.append("an application with a number, without its attempt")
        except sqlite3.DatabaseError as error:
            wrong.append(f"database: {error}")
        finally:
            db.close()
        done = subprocess.run([binary, "audit", "verify", "--config", os.path.join(copy, "mizumado.toml")], capture_output=True, text=True)
        if done.returncode or "is whole" not in done.stdout:
            wrong.append(f"audit verify: {done.stdout}{done.stderr}")
        return wrong, len(there)


def database_writes(log):
    """Stamps of the writes and syncs of the database file itself: checkpoints, for the most part."""
    inodes, found = {}, []
    for stamp, kind, inode, _, _, data in log:
        if kind in "OC":
            inodes[inode] = data
        elif kind in "WST" and inodes.get(inode) == b"mizumado.db":
            found.append((stamp, kind))
    return found


def checkpoints(log):
    return sum(kind == "S" for _, kind in database_writes(log))


def moments(log, count, chance):
    """Stamps to cut at: anywhere, and within checkpoints."""
    within = [stamp for stamp, _ in database_writes(log)]
    anywhere = [record[0] for record in log]
    return [chance.choice(within if within and i % 2 else anywhere) for i in range(count)]


def uncovered(binary):
    """Calls that change files, imported by the binary, that the shim does not see."""
    text = subprocess.run(["nm", "-D", "--undefined-only", binary], capture_output=True, text=True, check=True).stdout
    used = {line.split()[-1].split("@")[0] for line in text.splitlines() if line.strip()}
    return sorted(used & (CHANGING - COVERED)), sorted(used & COVERED)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cuts", type=int, default=12)
    parser.add_argument("--synchronous", type=int, choices=[0, 1])
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--keep", help="where the folders of a round that lost something are put")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="power-loss") as root:
        failures = campaign(options, root)
    for failure in failures:
        print("LOST" if "shown and are not" in failure else "FAILED", failure)
    sys.exit(1 if failures else 0)


def campaign(options, root):
    binary = os.path.abspath(options.binary)
    missing, used = uncovered(binary)
    if missing:
        raise SystemExit(f"the shim does not cover {missing}")
    print(f"seed {options.seed}; covered and used: {' '.join(used)}", flush=True)
    chance = random.Random(options.seed)
    base, live, image = (os.path.join(root, name) for name in ["base", "live", "image"])
    library = build(root)
    if options.synchronous is not None:
        with open(binary, "rb") as file:
            program = file.read()
        full = b"synchronous = FULL;"
        assert program.count(full) == 1, "the setting stands once in the binary"
        binary = os.path.join(root, "mizumado")
        with open(binary, "wb") as file:
            file.write(program.replace(full, b"synchronous = %-4d;" % options.synchronous))
        os.chmod(binary, 0o700)
    first = Demo(binary, base)  # a clean start and end: the folder the first round begins with
    first.end(kill=False)
    everything, fresh, failures, began = set(), [], [], time.monotonic()
    totals = {"cuts": 0, "syncs": 0, "bytes not synced": 0, "looked up": 0}

    def look_up_fresh(demo):
        for number, _ in fresh:
            try:
                found = look_up(demo.address, number)
            except Refused as refused:
                found = refused
            totals["looked up"] += 1
            if found is not True:
                failures.append(f"receipt number {number} cannot be looked up: {found}")

    for number in range(1, options.rounds + 1):
        for folder in [live, image]:
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, live)
        os.mkdir(image)
        demo = Demo(binary, live, shimmed(library, live, image))
        try:
            look_up_fresh(demo)
            fresh, wrong = load(demo, number * 1_000_000, chance)
        finally:
            if demo.process.poll() is None:
                demo.end(kill=True)
        time.sleep(0.3)  # the simulator ends when its input closes
        failures += [f"before the cut: {refused}" for refused in wrong]
        log = tear.records(image)
        cuts = [(None, None), (None, chance.randrange(1 << 30))]
        cuts += [(moment, chance.choice([None, chance.randrange(1 << 30)])) for moment in moments(log, options.cuts, chance)]
        outs = [os.path.join(root, f"after-{number}-{i}") for i in range(len(cuts))]
        verdicts, applications = [], []
        for (until, seed), out in zip(cuts, outs):
            figures = tear.restore(base, image, out, seed, until, log)
            for name in OPERATORS:
                shutil.copy(os.path.join(live, name), out)
            shown = everything | {name for name, at in fresh if until is None or at < until}
            verdict, count = judge(binary, out, shown)
            verdicts += [f"round {number}, cut at {until or 'the kill'}, torn by {seed}: {text}" for text in verdict]
            applications.append(f"{len(shown)}≤{count}")
            totals["bytes not synced"] += figures["bytes not synced"]
        everything |= {name for name, _ in fresh}
        syncs = sum(record[1] in "SD" for record in log)
        totals["cuts"] += len(cuts)
        totals["syncs"] += syncs
        print(f"round {number}: {len(fresh)} numbers shown, {len(everything)} in all; {len(log)} records, {syncs} syncs, {checkpoints(log)} checkpoints; "
              f"shown ≤ there after each cut: {' '.join(applications)}; {'FAILED' if verdicts else 'ok'}", flush=True)
        failures += verdicts
        if verdicts and options.keep:
            shutil.copytree(root, os.path.join(options.keep, f"round-{number}"))
        if verdicts:
            break
        shutil.rmtree(base)
        os.rename(outs[chance.randrange(2)], base)
        for out in outs:
            shutil.rmtree(out, ignore_errors=True)
    if not failures:
        demo = Demo(binary, base)
        try:
            look_up_fresh(demo)
        finally:
            demo.end(kill=False)
    print(f"{len(everything)} numbers shown, {totals}, {time.monotonic() - began:.0f} s; {len(failures)} failures")
    return failures


if __name__ == "__main__":
    main()
