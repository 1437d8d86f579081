"""Applicants: they fill in the form as a browser does, and that of the Django peer, which has the same fields."""
import re
from urllib.parse import urlencode

from .server import wire_get
from .wire import Unexpected, closed

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')


def steps(number, mail):
    """The fields of each step, for one customer number."""
    return [
        ("bank", {"institution": "0140"}),
        ("number", {"application_kind": "new", "customer_number": f"{number:010}"}),
        ("place", {"postal_code": "9400062", "town": "長岡市大手通", "block": "2-6"}),
        ("name", {"family_name": "山田", "given_name": "太郎", "family_kana": "ヤマダ", "given_kana": "タロウ",
                  "name_changed": "no"}),
        ("contact", contact(number, mail)),
        ("account", {"branch": "020", "deposit_type": "1", "account_number": account(number), "holder": "same"}),
    ]


def account(number):
    """An account of the applicant's own; its last two digits mean success at the program's own simulator."""
    return f"{number % 100_000:05}67"


def address(number):
    """Everybody comes from elsewhere, as behind a proxy."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def contact(number, mail):
    notice = {"notice": "mail", "email": f"a{number}@example.jp"} if mail else {"notice": "site", "email": ""}
    return {"phone_mobile": f"090{number % 100_000_000:08}", "relation": "self", **notice}


def post(host, path, fields, cookie="", extra=""):
    body = urlencode(fields)
    cookie = f"cookie: {cookie}\r\n" if cookie else ""
    return (f"POST {path} HTTP/1.1\r\nhost: {host}\r\n{cookie}{extra}sec-fetch-site: same-origin\r\n"
            f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n{body}").encode()


def expect(answer, what, status=303, path="/"):
    """A redirect back with an error is an answer too; it must not be counted."""
    to = answer.header("location")
    if answer.status != status or "error" in to or not to.startswith(path):
        raise Unexpected(f"{what} was answered with {answer.status} {to or answer.body[:200]!r}")


class Applicant:
    """One browser that has filled in everything and stands on the check page."""

    def __init__(self, host, number, mail=True):
        self.host, self.number, self.mail = host, number, mail
        self.cookie, self.rev, self.key = "", 1, ""
        self.from_where = f"x-forwarded-for: {address(number)}\r\n"

    def prepare(self, with_pages=False):
        """A chain: the terms, every step, the check page. With pages, each step's page is asked for first."""
        if with_pages:
            yield self.page("/apply/terms")
        answer = yield post(self.host, "/apply/terms", {"agree": "yes"}, extra=self.from_where)
        expect(answer, "the terms", path="/apply/bank")
        self.cookie = answer.header("set-cookie").split(";")[0]
        for word, fields in steps(self.number, self.mail):
            if with_pages:
                yield self.page(f"/apply/{word}")
            answer = yield self.step(word, fields)
            self.accepted(answer, word)
        answer = yield self.page("/apply/check")
        hidden = dict(HIDDEN.findall(answer.body.decode()))
        if answer.status != 200 or "key" not in hidden:
            raise Unexpected(f"the check page was answered with {answer.status} {answer.header('location')}")
        self.key, self.rev = hidden["key"], int(hidden["draft_rev"])

    def page(self, path, extra=""):
        return wire_get(self.host, path, self.cookie, extra + self.from_where)

    def step(self, word, fields):
        return post(self.host, f"/apply/{word}", {"draft_rev": self.rev, **fields}, self.cookie, self.from_where)

    def accepted(self, answer, word):
        expect(answer, f"the step {word}", path="/apply/")
        self.rev += 1

    def saves_again(self, goes_on):
        """A chain: the contact step, saved again and again."""
        fields = contact(self.number, self.mail)
        while goes_on():
            answer = yield self.step("contact", fields)
            self.accepted(answer, "contact")

    def submission(self):
        return post(self.host, "/apply/check", {"draft_rev": self.rev, "key": self.key}, self.cookie, self.from_where)

    def submits(self):
        """A chain: the one request that gives a receipt number."""
        answer = yield self.submission()
        expect(answer, "the submission", path="/apply/handoff")

    def is_wrong(self, answer):
        """The same for an open loop: what was wrong, if anything."""
        try:
            expect(answer, "the submission", path="/apply/handoff")
        except Unexpected as error:
            return str(error)
        return None


def prepared(bench, address, count, mail=True, connections=16):
    """So many applicants, each on the check page."""
    host = f"{address[0]}:{address[1]}"
    them = [Applicant(host, next(bench.numbers), mail) for _ in range(count)]
    closed(address, (applicant.prepare() for applicant in them), connections)
    return them
