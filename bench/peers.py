"""The peers: nginx with the same bytes in a file, and the same form in Django under gunicorn."""
import contextlib
import os
import secrets
import shutil
import subprocess
import sys

from .processes import Failed, Process, cpu_seconds, free_port, wait_for
from .server import ROOT

PYTHON_PACKAGES = ["django==5.2.*", "gunicorn==27.*", "cryptography"]

NGINX = """daemon off;
{user}worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log {folder}/access.log;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=100 inactive=1h;
    open_file_cache_valid 1h;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type "text/html; charset=utf-8";
    server {{
        listen 127.0.0.1:{port};
        root {folder}/pages;
        {headers}
    }}
}}
"""
# What nginx writes itself.
OWN = {"content-length", "content-type", "date", "connection", "transfer-encoding", "vary", "set-cookie"}


def nginx_program():
    """nginx, from Debian when it is not there. A service that the package may start is none of ours."""
    found = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if found:
        return found
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "nginx-light"]
    if os.getuid() != 0:
        raise Failed(f"the peer nginx is missing. Install it with: sudo {' '.join(install)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(install, check=True, stdout=subprocess.DEVNULL, env=quiet)
    return nginx_program()


def add_header(line):
    name, _, value = line.partition(":")
    if name.lower() in OWN or not value:
        return ""
    value = value.strip().replace("\\", "\\\\").replace('"', '\\"')
    return f'add_header {name} "{value}" always;'


class Peer:
    """A process with an address."""

    def __init__(self, command, folder, port, environment=None):
        self.address, self.host = ("127.0.0.1", port), f"127.0.0.1:{port}"
        self.process = Process(command, folder / "peer.log", environment=environment)
        wait_for(port, self.process)

    def cpu(self):
        return cpu_seconds(self.process.pid)

    settled_cpu = cpu


@contextlib.contextmanager
def nginx(bench, pages):
    """nginx serving `pages`: answers of mizumado by file name. The first one's headers are sent with all."""
    folder, port = bench.folder / f"nginx-{free_port()}", free_port()
    (folder / "pages").mkdir(parents=True)
    for name, answer in pages.items():
        (folder / "pages" / name).write_bytes(answer.body)
    head = next(iter(pages.values())).head.decode().split("\r\n")[1:]
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(
        folder=folder, port=port, user="user root;\n" if os.getuid() == 0 else "",
        headers="\n        ".join(filter(None, map(add_header, head)))))
    peer = Peer([nginx_program(), "-c", config, "-p", folder, "-e", folder / "error.log"], folder, port)
    try:
        yield peer
    finally:
        peer.process.stop()


def peer_python():
    """A Python with Django beside the build, made once."""
    venv = ROOT / "target" / "bench-peer"
    python = venv / "bin" / "python"
    done = venv / "complete"
    if not done.exists():
        print("making target/bench-peer (Django, gunicorn, cryptography) …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PYTHON_PACKAGES], check=True)
        done.touch()
    return python


def peer_versions():
    """What the peers are, for the record."""
    packages = subprocess.run([peer_python(), "-m", "pip", "freeze"], capture_output=True, text=True).stdout.split()
    nginx_says = subprocess.run([nginx_program(), "-v"], capture_output=True, text=True).stderr.strip()
    return {"nginx": nginx_says.removeprefix("nginx version: "), "python": packages}


@contextlib.contextmanager
def django(bench):
    """The same form in Django 5.2: gunicorn, one sync worker."""
    folder, port = bench.folder / f"django-{free_port()}", free_port()
    folder.mkdir()
    environment = {
        "PEER_FOLDER": str(folder), "PEER_SEAL_KEY": secrets.token_hex(32), "PEER_BLIND_KEY": secrets.token_hex(32),
        "PYTHONPATH": str(ROOT / "bench"), "PYTHONDONTWRITEBYTECODE": "1",
    }
    python = peer_python()
    made = subprocess.run([python, ROOT / "bench" / "peer_django.py"], env={**os.environ, **environment},
                          capture_output=True, text=True)
    if made.returncode != 0:
        raise Failed(f"the Django peer does not begin: {made.stderr[-600:]}")
    peer = Peer([python, "-m", "gunicorn", "peer_django:application", "--workers", "1", "--worker-class", "sync",
                 "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "--access-logfile", folder / "access.log",
                 "--no-control-socket"], folder, port, environment)
    try:
        yield peer
    finally:
        peer.process.stop()
