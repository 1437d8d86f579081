#!/usr/bin/env python3
"""Tests of the shim itself: what was synced is there, what was not is not, and it can tell FULL from NORMAL and OFF.

    test_keep_synced.py [--seed N]      needs cc; takes about a minute; ends what it started
"""
import argparse, os, random, shutil, signal, sqlite3, subprocess, sys, tempfile, threading, time, unittest

import tear

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 0
KILLS = 50


def build(folder):
    library = os.path.join(folder, "keep_synced.so")
    command = ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread", "-o", library]
    subprocess.run(command + [os.path.join(HERE, "keep_synced.c")], check=True)
    return library


def shimmed(library, live, image):
    return {**os.environ, "LD_PRELOAD": library, "KEEP_SYNCED_DIR": live, "KEEP_SYNCED_IMAGE": image}


WRITER = """
import sqlite3, sys
path, mode, synchronous = sys.argv[1:]
db = sqlite3.connect(path, isolation_level=None)
db.execute(f"pragma journal_mode={mode}")
db.execute(f"pragma synchronous={synchronous}")
db.execute("pragma wal_autocheckpoint=40")
db.execute("create table if not exists t(n integer primary key, text text)")
n = db.execute("select coalesce(max(n), 0) from t").fetchone()[0]
while True:
    n += 1
    db.execute("begin immediate")
    db.execute("insert into t values(?, ?)", (n, str(n) * 200))
    db.execute("update t set text = text || 'x' where n = ?", (n // 2,))
    db.execute("commit")
    print(n, flush=True)
"""


class Shim(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.mkdtemp(prefix="keep_synced")
        cls.library = build(cls.root)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root)

    def setUp(self):
        self.work = tempfile.mkdtemp(dir=self.root)
        self.base, self.live, self.image = (os.path.join(self.work, n) for n in ["base", "live", "image"])
        for folder in [self.base, self.image]:
            os.mkdir(folder)
        self.count = 0

    def out(self, seed=None):
        self.count += 1
        out = os.path.join(self.work, f"out{self.count}")
        self.figures = tear.restore(self.base, self.image, out, seed)
        return out

    def run_code(self, code):
        """Runs Python under the shim in a copy of base, ends it by kill -9, gives path → bytes after the cut."""
        shutil.copytree(self.base, self.live)
        code = "import os\ndef synced(p):\n f = os.open(p, os.O_RDONLY); os.fsync(f); os.close(f)\n" + code
        code += "\nos.kill(os.getpid(), 9)\n"
        done = subprocess.run([sys.executable, "-c", code], cwd=self.live, env=shimmed(self.library, self.live, self.image))
        self.assertEqual(done.returncode, -signal.SIGKILL)
        return self.tree(self.out())

    @staticmethod
    def tree(out):
        found = {}
        for root, _, files in os.walk(out):
            for name in files:
                path = os.path.join(root, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, out)] = file.read()
        return found

    def test_bytes_count_once_synced(self):
        with open(os.path.join(self.base, "old"), "wb") as file:
            file.write(b"0123456789")
        tree = self.run_code("""
f = os.open("old", os.O_RDWR); g = os.dup(f)
os.pwrite(f, b"AB", 0); os.fdatasync(g); os.pwrite(f, b"CD", 4); os.lseek(f, 8, 0); os.write(g, b"EF")
n = os.open("new", os.O_CREAT | os.O_WRONLY | os.O_APPEND); os.write(n, b"one"); os.writev(n, [b"tw", b"o"]); os.fsync(n); os.write(n, b"three")
cut = os.open("cut", os.O_CREAT | os.O_RDWR); os.write(cut, b"x" * 100); os.ftruncate(cut, 7); os.fsync(cut); os.ftruncate(cut, 0)
never = os.open("never", os.O_CREAT | os.O_RDWR); os.write(never, b"x")
synced(".")
""")
        self.assertEqual(tree, {"old": b"AB23456789", "new": b"onetwo", "cut": b"x" * 7, "never": b""})

    def test_names_count_once_their_folder_is_synced(self):
        for name in ["stay", "gone", "a", "b"]:
            with open(os.path.join(self.base, name), "w") as file:
                file.write(name)
        tree = self.run_code("""
os.mkdir("sub"); os.mkdir("lost")
for p in ["sub/in", "lost/in", "x.new"]:
    f = os.open(p, os.O_CREAT | os.O_WRONLY); os.write(f, p.encode()); os.fsync(f); os.close(f)
synced("sub"); synced("lost")
os.unlink("gone"); os.rename("a", "a2"); os.rename("x.new", "x")
synced(".")
os.unlink("stay"); os.rename("b", "b2")
f = os.open("late", os.O_CREAT | os.O_WRONLY); os.write(f, b"l"); os.fsync(f)
f = os.open("a2", os.O_WRONLY | os.O_TRUNC); os.write(f, b"new")
""")
        self.assertEqual(tree, {"stay": b"stay", "b": b"b", "a2": b"a", "x": b"x.new", "sub/in": b"sub/in", "lost/in": b"lost/in"})

    def test_copies_inside_the_kernel_are_made_by_hand_and_seen(self):
        with open(os.path.join(self.base, "old"), "wb") as file:
            file.write(b"0123456789")
        tree = self.run_code("""
import errno, shutil
a = os.open("old", os.O_RDONLY); b = os.open("by-hand", os.O_CREAT | os.O_WRONLY)
for call in [lambda: os.copy_file_range(a, b, 10), lambda: os.sendfile(b, a, 0, 10), lambda: os.splice(a, os.pipe()[1], 10)]:
    try:
        call()
        os.write(b, b"it copied")
    except OSError as error:
        os.write(b, errno.errorcode[error.errno].encode() + b" ")
os.fsync(b)
shutil.copyfile("old", "new"); synced("new")
synced(".")
""")
        self.assertEqual(tree, {"old": b"0123456789", "by-hand": b"ENOSYS " * 3, "new": b"0123456789"})

    def test_a_folder_that_was_not_synced_takes_its_files_along(self):
        tree = self.run_code("""
os.mkdir("d"); f = os.open("d/f", os.O_CREAT | os.O_WRONLY); os.write(f, b"1"); os.fsync(f); synced("d")
""")
        self.assertEqual(tree, {})

    def test_a_new_file_may_take_the_inode_of_an_old_one(self):
        tree = self.run_code("""
for i in range(20):
    f = os.open("f", os.O_CREAT | os.O_WRONLY); os.write(f, b"%d" % i); os.fsync(f); synced("."); os.close(f); os.unlink("f")
f = os.open("g", os.O_CREAT | os.O_WRONLY); os.write(f, b"g"); synced(".")
""")
        self.assertEqual(tree, {"g": b""})

    def test_replaced_by_rename_without_sync_is_found_out(self):
        with open(os.path.join(self.base, "state"), "w") as file:
            file.write("old")
        tree = self.run_code("""
f = os.open("state.new", os.O_CREAT | os.O_WRONLY); os.write(f, b"new"); os.rename("state.new", "state"); synced(".")
""")
        self.assertEqual(tree, {"state": b""}, "the classic mistake: no fsync before the rename")

    def test_torn_bytes_come_from_versions_that_were_there(self):
        with open(os.path.join(self.base, "f"), "wb") as file:
            file.write(b"0" * 8192)
        self.run_code("""
f = os.open("f", os.O_RDWR)
os.pwrite(f, b"1" * 8192, 0); os.fsync(f); os.pwrite(f, b"2" * 8192, 0); os.pwrite(f, b"3" * 4096, 2048)
os.pwrite(f, b"4" * 100, 600)
n = os.open("n", os.O_CREAT | os.O_WRONLY); os.write(n, b"n"); os.fsync(n)
""")
        seen, names = set(), set()
        for seed in range(200):
            tree = self.tree(self.out(seed))
            names.add("n" in tree)
            self.assertEqual(len(tree["f"]), 8192)
            sectors = [tree["f"][i : i + 512] for i in range(0, 8192, 512)]
            for i, sector in enumerate(sectors):
                fits = [b"1" * 512, b"2" * 512] + ([b"3" * 512] if 4 <= i < 12 else [])
                if i == 1:
                    fits.append(b"2" * 88 + b"4" * 100 + b"2" * 324)
                self.assertIn(sector, fits)
            seen.add(tree["f"])
        self.assertGreater(len(seen), 50, "torn in many ways")
        self.assertEqual(names, {True, False})
        again = [self.tree(self.out(7))["f"] for _ in range(2)]
        self.assertEqual(again[0], again[1], "the seed decides")

    def test_a_half_record_at_the_end_is_ignored(self):
        self.run_code('f = os.open("f", os.O_CREAT | os.O_WRONLY); os.write(f, b"1"); os.fsync(f); synced("."); os.write(f, b"2"); os.fsync(f)')
        [log] = os.listdir(self.image)
        path = os.path.join(self.image, log)
        size = os.path.getsize(path)
        for less in range(0, 60, 7):
            os.truncate(path, size - less)
            self.assertEqual(self.tree(self.out()), {"f": b"12" if less == 0 else b"1"})

    def test_threads_sync_what_was_written_before(self):
        tree = self.run_code("""
import threading
f = os.open("f", os.O_CREAT | os.O_RDWR); synced(".")
done = []
def work(k):
    for i in range(200):
        os.pwrite(f, bytes([k]) * 64, (k * 200 + i) * 64)
        if i % 20 == 19: os.fsync(f); done.append((k, i))
threads = [threading.Thread(target=work, args=(k,)) for k in range(1, 5)]
[t.start() for t in threads]; [t.join() for t in threads]
""")
        for k in range(1, 5):
            self.assertEqual(tree["f"][k * 12800 : (k + 1) * 12800], bytes([k]) * 12800)

    def kill_rounds(self, mode, synchronous, kills):
        """Goes on from cut to cut. Gives rows shown, rows lost, cuts with losses, databases that were malformed."""
        chance = random.Random(f"{SEED} {mode} {synchronous}")
        shown_all = lost = lossy = malformed = cuts = 0
        for number in range(kills):
            shutil.rmtree(self.live, ignore_errors=True)
            shutil.copytree(self.base, self.live)
            shutil.rmtree(self.image)
            os.mkdir(self.image)
            command = [sys.executable, "-c", WRITER, os.path.join(self.live, "t.db"), mode, synchronous]
            writer = subprocess.Popen(command, env=shimmed(self.library, self.live, self.image), stdout=subprocess.PIPE, text=True)
            shown = []
            reader = threading.Thread(target=lambda: shown.extend(line for line in writer.stdout if line.endswith("\n")))
            reader.start()
            # By the count too: by time alone nearly every kill falls into an fsync, because that is where the time goes.
            until, latest = chance.randint(0, 60), time.monotonic() + chance.uniform(0.1, 2)
            while len(shown) < until and time.monotonic() < latest:
                time.sleep(0.0005)
            time.sleep(chance.uniform(0, 0.01))
            writer.kill()
            writer.wait()
            reader.join()
            writer.stdout.close()
            last = int(shown[-1]) if shown else 0
            shown_all += len(shown)
            # The strict cut and two torn ones, each judged by itself; the next round goes on from one of them.
            outs = [self.out(seed) for seed in [None, chance.randrange(1 << 30), chance.randrange(1 << 30)]]
            usable = []
            for out in outs:
                cuts += 1
                next_base = os.path.join(self.work, "next")
                shutil.copytree(out, next_base)
                try:
                    missing = max(0, last - self.check(os.path.join(out, "t.db")))
                    usable.append(next_base)
                    shutil.rmtree(self.base)
                    os.rename(next_base, self.base)
                except sqlite3.DatabaseError:
                    malformed += 1
                    shutil.rmtree(next_base)
                    continue
                lost += missing
                lossy += missing > 0
                shutil.rmtree(out)
            if not usable:
                break
        text = f"{mode} {synchronous}: {number + 1} kills, {cuts} cuts, {shown_all} commits shown, {lost} lost in {lossy} cuts, {malformed} malformed"
        print(text, file=sys.stderr)
        return shown_all, lost, lossy, malformed

    @staticmethod
    def check(path):
        if not os.path.exists(path):
            return 0
        db = sqlite3.connect(path)
        try:
            if not db.execute("select 1 from sqlite_master").fetchone():
                return 0
            (found,) = db.execute("pragma integrity_check").fetchone()
            if found != "ok":
                raise sqlite3.DatabaseError(found)
            rows, highest = db.execute("select count(*), coalesce(max(n), 0) from t").fetchone()
            if rows != highest:
                raise sqlite3.DatabaseError("a gap")
            return rows
        finally:
            db.close()

    def test_full_in_wal_loses_nothing(self):
        shown, lost, _, malformed = self.kill_rounds("wal", "FULL", KILLS)
        self.assertGreater(shown, KILLS * 5)
        self.assertEqual((lost, malformed), (0, 0))

    def test_normal_in_wal_loses_but_stays_whole(self):
        _, lost, _, malformed = self.kill_rounds("wal", "NORMAL", 8)
        self.assertGreater(lost, 0)
        self.assertEqual(malformed, 0)

    def test_off_loses(self):
        _, lost, _, malformed = self.kill_rounds("wal", "OFF", 8)
        self.assertGreater(lost + malformed, 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options, rest = parser.parse_known_args()
    SEED = options.seed
    print(f"seed {SEED}", file=sys.stderr)
    unittest.main(argv=[sys.argv[0], *rest])
