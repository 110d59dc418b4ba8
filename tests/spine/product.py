"""The product as processes: a demo that works alone, a demo that only asks, and workers."""

import contextlib
import json
import signal
import subprocess
import time

from processes import base_environment
from programs import free_port, process, program

# How long a film may take before the test gives up: ten times what two cores need.
PATIENCE_S = 900
LOGS = {"NEXUS__TELEMETRY__LOG": "json", "RUST_LOG": "warn,sqlx=error,nexus_workflow=info"}


def logged(log):
    """What a process logged, each line a document."""
    for line in log.read_text(errors="replace").splitlines():
        with contextlib.suppress(json.JSONDecodeError):
            document = json.loads(line)
            if isinstance(document, dict) and "level" in document:
                yield document


def complaints(log, level):
    return [line.get("message", "") for line in logged(log) if line["level"] == level]


class Worker:
    """A running `nexus worker`."""

    def __init__(self, name, started, log):
        self.name, self.process, self.log = name, started, log

    def done(self, flow):
        """Ids of the runs of a flow that it brought to their end."""
        spans = [line["span"] for line in logged(self.log) if line.get("message") == "done" and "span" in line]
        return [span["run.id"] for span in spans if span.get("flow") == flow]

    def complaints(self, level):
        return complaints(self.log, level)

    def drain(self):
        """Seconds that it takes to stop when it is told to."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(60)
        except subprocess.TimeoutExpired:
            code = None
        assert code == 0, f"{self.name} left with {code}: {self.log.read_text()[-2000:]}"
        return time.monotonic() - began


@contextlib.contextmanager
def worker(nexus, name, roles, folder, installation, core=None):
    """Runs a worker with a data folder of its own, once it says that it is ready; on one processor core where one is named."""
    port, log = free_port(), folder / f"{name}.log"
    environment = {
        **base_environment(),
        **installation,
        **LOGS,
        "NEXUS__WORKER__LISTEN": f"127.0.0.1:{port}",
    }
    pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
    command = [*pinned, nexus, "worker", "--roles", roles, "--data", folder / name]
    with program(command, port, "/readyz", environment, log) as started:
        yield Worker(name, started, log)


class Demo:
    """A running `nexus demo`."""

    def __init__(self, started, out, log):
        self.process, self.out, self.log = started, out, log
        self.began = time.monotonic()

    def film(self, meanwhile=lambda: None):
        """Waits until the film is published; its path."""
        while self.process.poll() is None:
            assert time.monotonic() - self.began < PATIENCE_S, f"no film: {self.log.read_text()[-2000:]}"
            meanwhile()
            time.sleep(0.1)
        code = self.process.returncode
        assert code == 0, f"the demo left with {code}: {self.log.read_text()[-4000:]}"
        [film] = self.out.glob("film*.mp4")
        return film

    def arrows(self):
        """What became of each of the nineteen arrows."""
        report = json.loads((self.out / "run.json").read_text())
        return {row["arrow"]: row["status"] for row in report["arrows"]}


@contextlib.contextmanager
def demo(nexus, out, installation, *arguments, resolution="720", log=None):
    """Starts the demo; it makes the material that it does not find."""
    out.mkdir(parents=True, exist_ok=True)
    log = log or out.with_suffix(".log")
    command = [nexus, "demo", "--out", out, "--approve", "--resolution", resolution, *arguments]
    with process(command, log, {**base_environment(), **installation}) as started:
        yield Demo(started, out, log)
