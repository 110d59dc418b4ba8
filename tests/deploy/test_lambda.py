"""The binary as functions of Lambda in a runtime that is not ours, asked by the client of AWS: what it answers is what
the command line says and what a worker finds."""

import contextlib
import json
import shutil
import time

import botocore.exceptions
import database
import local_lambda
import programs
import pytest
import uploads
from binary import NEXUS, clip, needed, needs_binary, said, track
from local_lambda import function, record
from product import worker

STORE_KEYS = {
    "AWS_ACCESS_KEY_ID": uploads.KEYS["aws_access_key_id"],
    "AWS_SECRET_ACCESS_KEY": uploads.KEYS["aws_secret_access_key"],
}
FOLDER = "t/business_0190b8a0000070008000000000000001"
# Names of the command line, and those of the function where they differ.
IN_SECONDS = {"duration": "duration_s", "drops": "drops_s", "onsets": "onsets_s"}


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    needs_binary()
    needed(local_lambda.COMMAND.exists(), "cargo-lambda is missing; tests/deploy/run.sh installs it")
    needed(shutil.which("cargo"), "cargo is missing, which cargo-lambda asks for the names of functions")
    with local_lambda.runtime(tmp_path_factory.mktemp("runtime")) as port:
        yield port


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Configuration that leads to a database and a store of the test's own."""
    needed(database.installed(), "PostgreSQL is missing; tools/setup.sh installs it")
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(programs.store(tmp_path_factory.mktemp("store"), STORE_KEYS))
        yield {
            "NEXUS__DATA": str(tmp_path_factory.mktemp("data")),
            "NEXUS__STORE__URL": stack.enter_context(database.running()).url,
            "NEXUS__BLOBS__RAW": "s3://nexus-raw",
            "NEXUS__BLOBS__FINAL": "s3://nexus-final",
            "NEXUS__BLOBS__ENDPOINT": f"http://127.0.0.1:{store}",
            "NEXUS__AWS__REGION": uploads.REGION,
            "NEXUS__AWS__ACCESS_KEY": STORE_KEYS["AWS_ACCESS_KEY_ID"],
            "NEXUS__AWS__SECRET_KEY": STORE_KEYS["AWS_SECRET_ACCESS_KEY"],
        }


def test_beats_are_those_of_the_command_line(runtime, settings, tmp_path):
    music, key = track(tmp_path / "track.wav"), f"{FOLDER}/music/track.wav"
    uploads.client("s3", settings["NEXUS__BLOBS__ENDPOINT"]).upload_file(music, "nexus-final", key)
    asked = {"bucket": "nexus-final", "key": key}
    with function("beats", runtime, settings, tmp_path) as hear:
        grid = hear(asked)
        for wrong in ({}, {"bucket": "secrets", "key": key}, asked | {"key": "../x"}):
            with pytest.raises(botocore.exceptions.ClientError, match="500"):
                hear(wrong)
        assert hear(asked) == grid, "it goes on after a refusal"
    told = said({}, "beats", music)
    assert len(grid["beats"]) > 30 and grid["beats"] == told["beats"], "beat for beat"
    for name in told.keys() - {"bars", "downbeats", "offset", "trustworthy"}:
        assert told[name] == grid[IN_SECONDS.get(name, name)], name


def seen(settings):
    """What the only run saw and stored, without what differs from run to run; nothing before it ended."""
    runs = said(settings, "run", "list")
    if not runs or runs[0]["state"] in ("ready", "running"):
        return None
    [run] = runs
    assert (run["flow"], run["state"]) == ("ingest", "done"), run
    steps = {step["step"]: step["output"] for step in said(settings, "run", "show", run["id"])["steps"]}
    return {"shots": steps["03-analyze-frames"], "stored": steps["04-store-tags"], "output": run["output"]}


def test_vision_finds_what_a_worker_and_the_command_line_find(aws, runtime, settings, tmp_path):
    film, key = clip(tmp_path / "clip.mp4", 4), f"{FOLDER}/raw/clip.mp4"
    s3 = uploads.client("s3", settings["NEXUS__BLOBS__ENDPOINT"])
    s3.upload_file(film, "nexus-raw", key)
    [entry] = s3.list_objects_v2(Bucket="nexus-raw")["Contents"]
    event, test = json.dumps(uploads.event(entry)), json.dumps(uploads.TEST_EVENT)
    batch = {"one": event, "again": event, "poison": uploads.POISON, "test": test}
    with function("vision", runtime, settings, tmp_path) as look:
        answer = look({"Records": [record(name, body) for name, body in batch.items()]})
    log = (tmp_path / "vision.log").read_text()
    assert answer == {"batchItemFailures": [{"itemIdentifier": "poison"}]}, log
    assert "poison" in log
    by_function = seen(settings)

    # The same object, told by a queue, and rows elsewhere.
    queue = aws("sqs").create_queue(QueueName="of-a-worker")["QueueUrl"]
    aws("sqs").send_message(QueueUrl=queue, MessageBody=event)
    near = settings | {"NEXUS__STORE__URL": "sqlite:", "NEXUS__QUEUE__URL": queue}
    with worker(NEXUS, "worker", "ingest", tmp_path, near):
        deadline = time.monotonic() + 60
        while not (by_worker := seen(near | {"NEXUS__DATA": str(tmp_path / "worker")})):
            assert time.monotonic() < deadline, (tmp_path / "worker.log").read_text()
            time.sleep(0.2)
    assert by_function == by_worker
    shots = [[shot[name] for name in ("start_s", "end_s", "quality", "focus", "tags")] for shot in by_function["shots"]]
    told = said({}, "shots", film)["shots"]
    assert len(told) == 2 and all(shot["tags"] for shot in told)
    assert shots == [[shot[name] for name in ("start", "end", "quality", "focus", "tags")] for shot in told]
