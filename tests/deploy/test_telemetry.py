"""Traces as a collector gets them, read into OpenTelemetry's own messages and held against the journal; and films that
are made whether a collector listens or not."""

import json
import os
import re
import socket
import time

import collector
import pytest
from binary import clip, needs_binary, said, track
from collector import attributes, spans
from programs import free_port

REVIEW = {
    "rating": 5,
    "author": "Marta K.",
    "text": "Oysters at sunset, with jazz.",
    "created_at": "2026-06-14T21:40:00Z",
    "language": "en",
}
BUSINESS = {"name": "Quay House", "locality": "Old Harbour", "call_to_action": "Book a table"}
# What the review and its film want to show, but for the end: something is left to be generated.
FOOTAGE = "oysters-sunset-terrace-people-hands.mp4"
# Small and quick; the exporter does not wait for the end of the process.
SETTINGS = {
    "NEXUS__RENDER__PRESET": "ultrafast",
    "NEXUS__CUT__END_CARD_S": "1",
    "NEXUS__APPROVAL__UNDO_S": "1",
    "OTEL_BSP_SCHEDULE_DELAY": "200",
}
# No part of the film asks for them.
SECRETS = {
    "NEXUS__AWS__SECRET_KEY": "a-secret-of-aws",
    "NEXUS__OPENAI__KEY": "a-secret-of-openai",
    "NEXUS__BANANA__KEY": "a-secret-of-banana",
    "NEXUS__INFERENCE__KEY": "a-secret-of-inference",
    "NEXUS__SHOTSTACK__KEYS": '["owner:a-secret-of-shotstack"]',
}
# From the finished film to the end of its process; what is left of the traces has five seconds.
PATIENCE_S = 12


def journal(data):
    """(run, step) of everything that was done."""
    settings = {"NEXUS__DATA": str(data)}
    runs = [run["id"] for run in said(settings, "run", "list")]
    return [(run, step) for run in runs for step in said(settings, "run", "show", run)["steps"]]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Makes the film of a review, or goes on with it; its report. All lie in one folder and share their pieces."""
    needs_binary()
    folder = tmp_path_factory.mktemp("film")
    (folder / "footage").mkdir()
    clip(folder / "footage" / FOOTAGE, 10)
    (folder / "business.json").write_text(json.dumps(BUSINESS))
    given = ["--footage", folder / "footage", "--music", track(folder / "track.wav"), "--out", folder / "out"]
    shape = ["--resolution", "720", "--aspect", "1:1", "--business", folder / "business.json"]

    def make(endpoint, review, *more):
        (folder / "review.json").write_text(json.dumps(REVIEW | {"id": review}))
        settings = SETTINGS | SECRETS | {"NEXUS__TELEMETRY__OTLP_ENDPOINT": endpoint}
        return said(settings, "demo", *given, *shape, "--review", folder / "review.json", *more)

    make.data = folder / "out" / "data"
    return make


@pytest.fixture(scope="module")
def told(film):
    """What a collector took of a film that one process made and another published, and what the journal has of it."""
    with collector.running() as (endpoint, taken):
        film(endpoint, "review-1")
        report = film(endpoint, "review-1", "--approve")
    assert {row["arrow"]: row["status"] for row in report["arrows"]} == dict.fromkeys(range(1, 20), "done")
    return taken, journal(film.data)


def test_every_step_of_the_journal_is_a_span_with_its_arrow(told):
    taken, rows = told
    steps = [attributes(span) for span in spans(taken) if span.name == "step"]
    for step in steps:
        number = re.match(r"(\d\d)-", step["step"])
        assert step.get("arrow", 0) == int(number[1] if number else 0), step
    # Nothing failed, so nothing was done twice.
    have = [tuple(step[name] for name in ("run.id", "step", "item", "adapter")) for step in steps]
    assert len(have) == len(set(have))
    assert set(have) == {(run, step["step"], step["item"], step["adapter"]) for run, step in rows}
    assert {step["arrow"] for step in steps if "arrow" in step} == set(range(1, 20))


def test_spans_of_steps_stand_in_the_span_of_their_run(told):
    every = spans(told[0])
    assert len({span.span_id for span in every}) == len(every)
    runs = {span.span_id: span for span in every if span.name == "run"}
    assert len({run.trace_id for run in runs.values()}) == len(runs) > 2, "each claim of a run is a trace"
    for span in every:
        assert (len(span.trace_id), len(span.span_id)) == (16, 8) and any(span.trace_id) and any(span.span_id)
        assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano
        if span.name == "run":
            assert not span.parent_span_id
            continue
        run = runs[span.parent_span_id]
        assert span.trace_id == run.trace_id and attributes(span)["run.id"] == attributes(run)["run.id"]
        assert run.start_time_unix_nano <= span.start_time_unix_nano
        assert span.end_time_unix_nano <= run.end_time_unix_nano


def test_no_secret_is_told(film, told):
    taken, rows = told
    secrets = [secret.strip('[]"').split(":")[-1] for secret in SECRETS.values()]
    secrets += json.loads((film.data / "secret.json").read_text()).values()
    secrets += [step["output"]["link_path"].rpartition(".")[2] for _, step in rows if step["step"] == "16-notify"]
    assert len(secrets) == 9 and all(len(secret) > 10 for secret in secrets)
    for *_, body in taken:
        assert not [secret for secret in secrets if secret in body]


def test_films_are_made_while_nobody_takes_traces(film):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        report = film(f"http://127.0.0.1:{silent.getsockname()[1]}", "review-2")
        assert time.time() - os.stat(report["film"]).st_mtime < PATIENCE_S
        silent.settimeout(5)
        connection, _ = silent.accept()
        with connection:
            assert connection.recv(15) == b"POST /v1/traces", "it was asked, and never answered"
    report = film(f"http://127.0.0.1:{free_port()}", "review-2", "--approve")
    assert time.time() - os.stat(report["film"]).st_mtime < PATIENCE_S
    assert {row["status"] for row in report["arrows"]} == {"done"}
