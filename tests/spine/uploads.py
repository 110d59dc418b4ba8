"""What AWS does between a bucket and a queue: SeaweedFS tells nobody of uploads, so this looks and tells.

As AWS it begins with a test event, tells of an object more than once, and in any order. A message that is no event
comes in between: it must not be lost, and must hold nobody up.
"""

import contextlib
import datetime
import json
import logging
import random
import threading
import urllib.parse

import boto3
import botocore.config
import requests
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
# The stand-in takes them and AWS does not.
KEYS = {"aws_access_key_id": "stand-in", "aws_secret_access_key": "a-secret-of-a-test", "region_name": REGION}
POISON = "This is no event of S3."
TRIES = 3
TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "nexus-raw"}


def client(service, address):
    config = botocore.config.Config(proxies={}, s3={"addressing_style": "path"})
    return boto3.client(service, endpoint_url=address, config=config, **KEYS)


class Queues:
    """One queue of uploads, and where its messages go that nobody understands."""

    def __init__(self, address):
        self.sqs = client("sqs", address)
        self.dead = self.sqs.create_queue(QueueName="nexus-uploads-dead")["QueueUrl"]
        dead = self.sqs.get_queue_attributes(QueueUrl=self.dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = {"deadLetterTargetArn": dead, "maxReceiveCount": TRIES}
        attributes = {"VisibilityTimeout": "5", "RedrivePolicy": json.dumps(redrive)}
        self.url = self.sqs.create_queue(QueueName="nexus-uploads", Attributes=attributes)["QueueUrl"]

    def send(self, body):
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body if isinstance(body, str) else json.dumps(body))

    def left(self):
        """Messages of the queue, seen by somebody or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        numbers = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(int(numbers[name]) for name in names)

    def buried(self):
        """Bodies of the dead letters."""
        received = self.sqs.receive_message(QueueUrl=self.dead, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in received.get("Messages", [])]


@contextlib.contextmanager
def queues():
    """Starts the stand-in of SQS on a free port."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        # moto remembers what an earlier server of this process was told.
        requests.post(f"{address}/moto-api/reset", timeout=10)
        yield Queues(address)
    finally:
        server.stop()


def event(entry):
    """The message that AWS sends of an object in the bucket."""
    key, tag = urllib.parse.quote_plus(entry["Key"], safe="/"), entry["ETag"].strip('"')
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")[:23] + "Z",
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "uploads",
            "bucket": {"name": "nexus-raw", "arn": "arn:aws:s3:::nexus-raw"},
            "object": {"key": key, "size": entry["Size"], "eTag": tag, "sequencer": f"{random.getrandbits(64):016X}"},
        },
    }
    return {"Records": [record]}


class Bridge(threading.Thread):
    """Tells the queue of every object in the bucket, twice and in any order, until it is told to stop."""

    def __init__(self, store, queues):
        super().__init__(daemon=True)
        self.s3, self.queues = client("s3", store), queues
        self.told, self.stopped, self.broken = {}, threading.Event(), None
        self.dice = random.Random(15)

    def run(self):
        try:
            self.queues.send(TEST_EVENT)
            self.queues.send(POISON)
            waiting = []
            while not self.stopped.wait(0.5):
                fresh = self.look()
                waiting += fresh + fresh
                self.dice.shuffle(waiting)
                # Some come late: beside those of later uploads.
                for _ in range(len(waiting) // 2 if fresh else len(waiting)):
                    self.queues.send(waiting.pop())
        except Exception as error:  # noqa: BLE001 - it is told by the thread that waits for the film
            self.broken = error

    def look(self):
        """Events of what is there and was not there before."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket="nexus-raw")
        entries = [entry for page in pages for entry in page.get("Contents", [])]
        fresh = [entry for entry in entries if self.told.get(entry["Key"]) != entry["ETag"]]
        self.told |= {entry["Key"]: entry["ETag"] for entry in fresh}
        return [event(entry) for entry in fresh]

    def stop(self):
        self.stopped.set()
        self.join()
