"""An HTTP/1.1 client for load: one thread, raw sockets, keep-alive. Closed loops, and open loops with a timetable."""
import re
import selectors
import socket
import time

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
CLOSES = re.compile(rb"\r\nconnection: *close", re.I)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.I)
LONGEST_WAIT = 30


class Unexpected(Exception):
    """An answer that the measure must not count."""


class Answer:
    __slots__ = ("status", "head", "body", "closes")

    def __init__(self, head, body):
        self.status = int(head[9:12])
        self.head, self.body = head, body
        self.closes = CLOSES.search(head) is not None

    def header(self, name):
        found = re.search(rb"\r\n" + name.encode() + rb": *([^\r]*)", self.head, re.I)
        return found.group(1).decode() if found else ""


def read_answer(data):
    """The answer at the beginning of what came, once it is whole. We never send a second request before it."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(data[:end])
    length = LENGTH.search(head)
    if length:
        whole = len(data) >= end + 4 + int(length.group(1))
    elif CHUNKED.search(head):
        whole = data.endswith(b"\r\n0\r\n\r\n")
    else:
        whole = True
    return Answer(head, bytes(data[end + 4:])) if whole else None


class Connection:
    def __init__(self, address, selector):
        self.address, self.selector = address, selector
        self.socket, self.data, self.job = None, bytearray(), None

    def send(self, request):
        if self.socket is None:
            self.socket = socket.create_connection(self.address, LONGEST_WAIT)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(self.socket, selectors.EVENT_READ, self)
        self.data.clear()
        self.socket.sendall(request)

    def receive(self):
        """An answer, or nothing yet; `Unexpected` when the other side has gone."""
        chunk = self.socket.recv(262144)
        if not chunk:
            self.close()
            raise Unexpected("the connection was closed")
        self.data += chunk
        answer = read_answer(self.data)
        if answer and answer.closes:
            self.close()
        return answer

    def close(self):
        if self.socket:
            self.selector.unregister(self.socket)
            self.socket.close()
            self.socket = None


def closed(address, chains, connections=8):
    """Runs chains, so many at a time. A chain yields a request and is sent the answer; it raises when that is wrong.

    Gives the seconds of each request."""
    took, chains = [], iter(chains)
    with selectors.DefaultSelector() as selector:
        lines, busy = [Connection(address, selector) for _ in range(connections)], 0

        def go_on(line, answer):
            """Sends the line's next request, of its own chain or of the next one."""
            try:
                request = line.job[0].send(answer) if line.job else None
            except StopIteration:
                request = None
            while request is None:
                chain = next(chains, None)
                if chain is None:
                    return False
                request = next(chain, None)
                line.job = [chain, 0]
            line.job[1] = time.perf_counter()
            line.send(request)
            return True

        try:
            busy = sum(go_on(line, None) for line in lines)
            while busy:
                ready = selector.select(LONGEST_WAIT)
                if not ready:
                    raise Unexpected(f"no answer for {LONGEST_WAIT} s")
                for key, _ in ready:
                    answer = key.data.receive()
                    if answer is not None:
                        took.append(time.perf_counter() - key.data.job[1])
                        busy -= not go_on(key.data, answer)
        finally:
            for line in lines:
                line.close()
    return took


class Sent:
    """One request of an open loop: seconds from its place in the timetable, and what was wrong."""
    __slots__ = ("due", "late", "took", "wrong")

    def __init__(self, due, late):
        self.due, self.late, self.took, self.wrong = due, late, None, "no answer"


def open_loop(addresses, plan, check, events=()):
    """Sends each `(due, request)` of the timetable when it is due, answered or not, in turn to each address.

    A slow answer delays nobody else, and its time counts from when it was due. `events` are `(due, function)`."""
    results, waiting, events = [], 0, sorted(events, key=lambda e: e[0])
    with selectors.DefaultSelector() as selector:
        idle = {address: [] for address in addresses}
        lines = []

        def send(number, due, request, begin):
            address = addresses[number % len(addresses)]
            line = idle[address].pop() if idle[address] else Connection(address, selector)
            if line not in lines:
                lines.append(line)
            line.job = Sent(due, time.perf_counter() - begin - due)
            results.append(line.job)
            try:
                line.send(request)
            except OSError as error:
                line.job.wrong, line.job = f"not sent: {error.strerror}", None
                return 0
            return 1

        def take(line, begin):
            """One event on a line: 1 when its request is over."""
            try:
                answer = line.receive()
            except (Unexpected, OSError) as error:
                line.close()
                if line.job is None:  # an idle connection that the server let go of
                    idle[line.address].remove(line)
                    lines.remove(line)
                    return 0
                answer, line.job.wrong = None, f"lost: {error}"
                line.job = None
                return 1
            if answer is None:
                return 0
            line.job.took = time.perf_counter() - begin - line.job.due
            line.job.wrong, line.job = check(answer), None
            idle[line.address].append(line)
            return 1

        begin, at = time.perf_counter() + 0.05, 0
        try:
            while at < len(plan) or waiting:
                now = time.perf_counter() - begin
                while events and events[0][0] <= now:
                    events.pop(0)[1]()
                while at < len(plan) and plan[at][0] <= now:
                    waiting += send(at, *plan[at], begin)
                    at += 1
                if at == len(plan) and now > plan[-1][0] + LONGEST_WAIT:
                    break
                # epoll rounds up to whole milliseconds: the last one is spent looking.
                pause = plan[at][0] - now - 0.001 if at < len(plan) else 0.1
                for key, _ in selector.select(max(0.0, min(pause, 0.1))):
                    waiting -= take(key.data, begin)
        finally:
            for line in list(lines):
                line.close()
    return results


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
