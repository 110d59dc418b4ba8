"""The installation of the tests: what it is called, and where its templates lie."""

import pathlib

import stand_in

TEMPLATES = pathlib.Path(__file__).parents[2] / "deploy" / "aws"
ORIGIN = "https://films.example.org"
TOPIC = f"arn:aws:sns:{stand_in.REGION}:123456789012:alarms"
IMAGE = f"123456789012.dkr.ecr.{stand_in.REGION}.amazonaws.com/nexus:1"
RAW, FINAL = (f"nexus-{kind}-123456789012-{stand_in.REGION}" for kind in ("raw", "final"))
QUEUE = f"arn:aws:sqs:{stand_in.REGION}:123456789012:nexus-uploads"
