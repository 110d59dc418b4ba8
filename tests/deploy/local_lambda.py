"""Lambda on this machine: the runtime of cargo-lambda, told to compile and start nothing, and functions for it."""

import contextlib
import hashlib
import json
import os

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
# What an invocation may take.
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


@contextlib.contextmanager
def function(name, runtime, settings, folder):
    """Runs a function until the end of the block; how the client of AWS invokes it. Its log lies in the folder."""
    once = botocore.config.Config(proxies={}, retries={"total_max_attempts": 1}, read_timeout=PATIENCE_S)
    client = boto3.client("lambda", endpoint_url=f"http://127.0.0.1:{runtime}", config=once, **uploads.KEYS)

    def invoke(event):
        return json.load(client.invoke(FunctionName=name, Payload=json.dumps(event))["Payload"])

    # Its runtime tells a deadline of 1970, which counts as none.
    environment = {
        **base_environment(),
        **settings,
        "NEXUS__DATA": str(folder / name),
        "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{runtime}/.rt/{name}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008",
    }
    with process([NEXUS, "lambda", name], folder / f"{name}.log", environment):
        yield invoke


def record(name, body):
    """A message as the queue hands it to a function."""
    return {
        "messageId": name,
        "receiptHandle": f"handle of {name}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1780000000000"},
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode()).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{uploads.REGION}:123456789012:nexus-uploads",
        "awsRegion": uploads.REGION,
    }
