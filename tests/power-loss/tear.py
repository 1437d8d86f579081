#!/usr/bin/env python3
"""Builds the folder as it is after a power cut, from its earlier state and the logs of keep_synced.c.

    tear.py BASE IMAGE OUT              only what was synced
    tear.py BASE IMAGE OUT --until NS   the cut came earlier than the end of the log, at this CLOCK_MONOTONIC time
    tear.py BASE IMAGE OUT --seed 7     and a random part of what was not: 512-byte sectors, out of order; some of the names

A file's bytes count once it was fsynced; a name (new, renamed, removed) once its folder was. What is torn:
  - every sector of a file takes the bytes it had after the last sync or after any later write, each by itself;
  - a length cut takes hold in order, or not; a file grows as far as a surviving sector reaches, holes read as zeros;
  - of the names of one folder a random number of the changes, in order, survives, as a journal of metadata would leave it.
`*-shm` is left out: SQLite builds it anew.
"""
import argparse, os, random, struct

HEADER = struct.Struct("<IIQQQQQ")
MAGIC, SECTOR = 0x4453504B, 512


def records(folder):
    """All whole records of all processes, by stamp. A process that was killed may leave half a record at the end."""
    found = []
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        at = 0
        while at + HEADER.size <= len(data):
            magic, kind, stamp, inode, offset, upto, length = HEADER.unpack_from(data, at)
            if magic != MAGIC:
                raise ValueError(f"{name}: no record at {at}")
            at += HEADER.size
            if at + length > len(data):
                break
            found.append((stamp, chr(kind), inode, offset, upto, data[at : at + length]))
            at += length
    found.sort(key=lambda record: record[0])
    return found


def put(content, offset, data):
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def cut(content, size):
    if len(content) > size:
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))


class File:
    def __init__(self, content=b""):
        self.durable = bytearray(content)
        self.pending = []  # (stamp, offset, data), data None: cut to the length `offset`

    def sync(self, upto):
        for stamp, offset, data in self.pending:
            if stamp <= upto:
                cut(self.durable, offset) if data is None else put(self.durable, offset, data)
        self.pending = [change for change in self.pending if change[0] > upto]

    def torn(self, chance):
        cuts = [i for i, change in enumerate(self.pending) if change[2] is None]
        kept_cuts = chance.randint(0, len(cuts))
        until = len(self.pending) if kept_cuts == len(cuts) else cuts[kept_cuts]
        # How likely a change is to survive differs from cut to cut, so that whole transactions survive sometimes.
        likely = chance.choice([0.0, 0.1, 0.5, 0.9, 0.99, 1.0])
        cache, result, epoch = bytearray(self.durable), bytearray(self.durable), {}

        def settle():
            for sector, versions in epoch.items():
                if chance.random() < likely:
                    # Mostly the newest version; sometimes one that was written out before a later write.
                    put(result, sector * SECTOR, versions[-1] if chance.random() < 0.8 else chance.choice(versions))
            epoch.clear()

        for _, offset, data in self.pending[:until]:
            if data is None:
                settle()
                cut(cache, offset)
                cut(result, offset)
                continue
            put(cache, offset, data)
            for sector in range(offset // SECTOR, (offset + len(data) + SECTOR - 1) // SECTOR):
                epoch.setdefault(sector, []).append(bytes(cache[sector * SECTOR : (sector + 1) * SECTOR]))
        settle()
        return result


class Names:
    """Path → File, or None for a folder."""

    def __init__(self, tree):
        self.tree = dict(tree)

    def change(self, kind, path, thing, target=None):
        if kind in "CM":
            self.tree[path] = thing
        elif kind in "UX":
            self.tree.pop(path, None)
        else:
            below = [name for name in self.tree if name.startswith(path + "/")]
            self.tree.pop(path, None)
            self.tree[target] = thing
            for name in below:
                self.tree[target + name[len(path) :]] = self.tree.pop(name)


def load(base):
    tree = {}
    for root, folders, files in os.walk(base):
        inner = os.path.relpath(root, base)
        path = lambda name: name if inner == "." else f"{inner}/{name}"
        tree.update({path(name): None for name in folders})
        for name in files:
            if not name.endswith("-shm"):
                with open(os.path.join(root, name), "rb") as file:
                    tree[path(name)] = File(file.read())
    return tree


def restore(base, image, out, seed=None, until=None, log=None):
    """Writes the folder `out`; gives figures of what was lost. `until`: the cut came at this CLOCK_MONOTONIC time in ns."""
    start = load(base)
    now, durable = Names(start), Names(start)
    inodes, waiting = {}, []  # waiting: (stamp, folder, change)
    figures = {"records": 0, "syncs": 0}
    for stamp, kind, inode, offset, upto, data in log or records(image):
        if until is not None and stamp > until:
            break
        figures["records"] += 1
        if kind == "W":
            if inode in inodes:
                inodes[inode].pending.append((stamp, offset, data))
        elif kind == "T":
            inodes[inode].pending.append((stamp, offset, None))
        elif kind == "S":
            figures["syncs"] += 1
            if inode in inodes:
                inodes[inode].sync(upto)
        elif kind == "D":
            figures["syncs"] += 1
            folder = data.decode()
            for change in [c for c in waiting if c[1] == folder and c[0] <= upto]:
                durable.change(*change[2])
                waiting.remove(change)
        elif kind == "O":
            path = data.decode()
            inodes[inode] = now.tree.get(path) or inodes.get(inode) or File()
        else:
            path, _, target = data.decode().partition("\0")
            if kind == "C":
                inodes[inode] = File()
            thing = inodes[inode] if kind == "C" else now.tree.get(path)
            change = (kind, path, thing, target)
            now.change(*change)
            waiting.append((stamp, os.path.dirname(target or path), change))
    chance = None if seed is None else random.Random(seed)
    figures["names waiting"] = len(waiting)
    if chance:
        for folder in sorted({folder for _, folder, _ in waiting}):
            mine = [change for _, where, change in waiting if where == folder]
            for change in mine[: chance.randint(0, len(mine))]:
                durable.change(*change)
    os.makedirs(out)
    lost = 0
    for path, file in sorted(durable.tree.items()):
        whole = os.path.join(out, path)
        if not os.path.isdir(os.path.dirname(whole)) or path.endswith("-shm"):
            continue  # its folder's own name is not there
        if file is None:
            os.mkdir(whole)
            continue
        lost += sum(len(data or b"") for _, _, data in file.pending)
        with open(whole, "wb") as to:
            to.write(file.torn(chance) if chance else file.durable)
        os.chmod(whole, 0o600)
    figures["bytes not synced"] = lost
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ["base", "image", "out"]:
        parser.add_argument(name)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--until", type=int)
    options = parser.parse_args()
    print(restore(options.base, options.image, options.out, options.seed, options.until))


if __name__ == "__main__":
    main()
