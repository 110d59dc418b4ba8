"""Programs of an installation on free ports of this machine: whatever they are, and the S3 store of compose.yaml."""

import contextlib
import http.client
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

import yaml

DEPLOY = pathlib.Path(__file__).parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
PROGRAMS = pathlib.Path(sys.executable).parent
# Whatever happens to the test, its processes do not outlive it.
TIED = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port, method, path, body=None, **headers):
    """Status, body and headers of an answer on this machine; the path goes out as it is written."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request(method, path, body, {key.replace("_", "-"): value for key, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())


@contextlib.contextmanager
def process(command, log, environment, **others):
    """Runs a process until the end of the block, and ends it by its id."""
    with open(log, "wb") as out:
        silent = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": subprocess.STDOUT}
        started = subprocess.Popen([*TIED, *command], env=environment, **silent, **others)
        try:
            yield started
        finally:
            # What it holds is thrown away, so it needs no time to put it in order.
            started.kill()
            started.wait()


@contextlib.contextmanager
def program(command, port, path, environment, log):
    """Runs a server until the end of the block, once it answers well."""
    with process(command, log, environment) as started:
        for _ in range(300):
            assert started.poll() is None, log.read_text()
            with contextlib.suppress(OSError):
                if ask(port, "GET", path)[0] < 500:
                    break
            time.sleep(0.1)
        else:
            raise AssertionError(log.read_text())
        yield started


@contextlib.contextmanager
def store(folder, keys):
    """The S3 store with the arguments of compose.yaml, its buckets made by the script of compose.yaml; its port."""
    port = free_port()
    given = [argument for argument in SERVICES["s3"]["command"] if not argument.startswith("-s3.port=")]
    inner = [
        (f"-{name}.port={free_port()}", f"-{name}.port.grpc={free_port()}") for name in ("master", "volume", "filer")
    ]
    # What the image itself adds, and other ports: many may run on the machine of a test.
    added = [
        f"-dir={folder}",
        "-volume.max=0",
        "-master.volumeSizeLimitMB=1024",
        f"-s3.port={port}",
        f"-s3.port.grpc={free_port()}",
    ]
    arguments = [argument.replace("${NEXUS_PUBLIC_URL:?fill in .env}", "http://127.0.0.1") for argument in given]
    command = [PROGRAMS / "weed", "-logtostderr=true", *arguments, *added, *(flag for pair in inner for flag in pair)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **keys}
    with program(command, port, "/healthz", environment, folder / "log"):
        make_buckets(port, keys)
        yield port


def make_buckets(port, keys):
    environment = {"S3_ENDPOINT": f"http://127.0.0.1:{port}", "AWS_DEFAULT_REGION": "us-east-1", **keys}
    environment |= {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"}
    subprocess.run(["bash", DEPLOY / "s3" / "setup.sh"], env=environment, check=True, stdout=subprocess.DEVNULL)
