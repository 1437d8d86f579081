"""A gateway that answers `create` and `inquire` of docs/GATEWAY.md and keeps nothing.

`mizumado gateway-simulator` keeps a log of everything it is asked, on purpose; the benchmark would time that too. Here a transaction is opened and never ends, so that the inquiries of a long run happen too.
Started as `python3 gateway.py PORT KEY_ID:HEX MERCHANT`; ends with its standard input."""
import asyncio
import datetime
import hashlib
import hmac
import secrets
import sys
from urllib.parse import quote, unquote_to_bytes

JST = datetime.timezone(datetime.timedelta(hours=9))


def stamp(minutes=0):
    return (datetime.datetime.now(JST) + datetime.timedelta(minutes=minutes)).strftime("%Y%m%d%H%M%S")


class Desk:
    """Reads and signs messages."""

    def __init__(self, key, merchant, port):
        self.key_id, self.key = key.split(":")[0], bytes.fromhex(key.split(":")[1])
        self.merchant, self.port = merchant, port

    def signature(self, fields):
        lines = (f"{name}={value}" for name, value in sorted(fields.items()) if name != "signature")
        escaped = "\n".join(line.replace("\\", "\\\\") for line in lines)
        return hmac.new(self.key, f"mizumado-gateway-1\n{escaped}\n".encode(), hashlib.sha256).hexdigest()

    def read(self, body):
        pairs = (pair.split(b"=", 1) for pair in body.split(b"&"))
        fields = {name.decode(): unquote_to_bytes(value).decode("cp932") for name, value in pairs}
        if not hmac.compare_digest(self.signature(fields), fields["signature"]):
            raise ValueError("wrong signature")
        return fields

    def answer(self, body):
        asked = self.read(body)
        fields = {
            "type": asked["type"] + "-result", "merchant": self.merchant, "key_id": self.key_id,
            "issued_at": stamp(), "nonce": secrets.token_hex(16), "request_nonce": asked["nonce"],
            "attempt_id": asked["attempt_id"],
        }
        if asked["type"] == "create":
            fields |= {"result": "ok", "tran_id": secrets.token_hex(12), "token": secrets.token_hex(24),
                       "expires_at": stamp(30), "start_url": f"http://127.0.0.1:{self.port}/start"}
        else:
            fields |= {"tran_id": asked.get("tran_id", ""), "status": "started"}
        fields["signature"] = self.signature(fields)
        return "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items()).encode()


class Line(asyncio.Protocol):
    def __init__(self, desk):
        self.desk, self.data = desk, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.data += data
        while True:
            head, found, rest = self.data.partition(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
            if not found or len(rest) < length:
                return
            self.data = rest[length:]
            try:
                status, body = b"200 OK", self.desk.answer(rest[:length])
            except (ValueError, KeyError) as error:
                status, body = b"400 Bad Request", str(error).encode()
            self.transport.write(b"HTTP/1.1 %s\r\ncontent-type: application/x-www-form-urlencoded\r\n"
                                 b"content-length: %d\r\n\r\n%s" % (status, len(body), body))


async def main(port, key, merchant):
    loop = asyncio.get_running_loop()
    desk = Desk(key, merchant, port)
    await loop.create_server(lambda: Line(desk), "127.0.0.1", int(port))
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
