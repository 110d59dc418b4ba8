"""Lambda on this machine: the runtime of cargo-lambda, told to compile and start nothing, and functions for it."""

import contextlib
import http.client
import http.server
import json
import os
import threading
import time

import boto3
import botocore.config
import uploads
from binary import NEXUS
from processes import base_environment
from programs import PROGRAMS, free_port, process, program

COMMAND = PROGRAMS / "cargo-lambda"
# Functions are known as programs of a package, which need not be there.
PACKAGE = '[package]\nname = "functions"\n' + "".join(
    f'[[bin]]\nname = "{name}"\npath = "{name}.rs"\n' for name in ("vision", "beats")
)
# What Lambda would give an invocation.
PATIENCE_S = 120


@contextlib.contextmanager
def runtime(folder):
    """Runs the runtime until the end of the block; its port, for functions and for those who invoke them."""
    port = free_port()
    (folder / "Cargo.toml").write_text(PACKAGE)
    address = ["--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
    watch = [COMMAND, "lambda", "watch", "--only-lambda-apis", "--manifest-path", folder / "Cargo.toml", *address]
    with program(watch, port, "/2015-03-31/functions/none/invocations", dict(os.environ), folder / "log"):
        yield port


class Passing(http.server.BaseHTTPRequestHandler):
    """Passes on between a function and its runtime, and gives every event the deadline that AWS would give it.

    cargo-lambda gives each 600000, which is ten minutes after the beginning of 1970: a function whose time is over
    begins nothing.
    """

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection("127.0.0.1", self.server.runtime)
        # Either side may be ended while the other one waits.
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                is_deadline = name.lower() == "lambda-runtime-deadline-ms"
                self.send_header(name, str(int((time.time() + PATIENCE_S) * 1000)) if is_deadline else value)
            self.end_headers()
            self.wfile.write(content)

    do_GET = do_POST = pass_on

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def punctual(port):
    """The port at which functions find the runtime with true deadlines."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    server.runtime = port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()


@contextlib.contextmanager
def function(name, runtime, settings, folder):
    """Runs a function until the end of the block; how the client of AWS invokes it. Its log lies in the folder."""
    once = botocore.config.Config(proxies={}, retries={"total_max_attempts": 1}, read_timeout=PATIENCE_S)
    client = boto3.client("lambda", endpoint_url=f"http://127.0.0.1:{runtime}", config=once, **uploads.KEYS)

    def invoke(event):
        return json.load(client.invoke(FunctionName=name, Payload=json.dumps(event))["Payload"])

    with punctual(runtime) as port:
        environment = {
            **base_environment(),
            **settings,
            "NEXUS__DATA": str(folder / name),
            "RUST_LOG": "warn",
            "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{port}/.rt/{name}",
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008",
        }
        with process([NEXUS, "lambda", name], folder / f"{name}.log", environment):
            yield invoke
