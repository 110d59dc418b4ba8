"""The templates of deploy/aws: lint, and what they make on a stand-in of AWS."""

import json
import pathlib
import subprocess
import sys
import urllib.parse

import pytest
import stand_in
from installation import FINAL, IMAGE, ORIGIN, QUEUE, RAW, TEMPLATES, TOPIC


@pytest.mark.parametrize("template", ["storage.yaml", "functions.yaml"])
def test_lint_finds_nothing(template):
    lint = [
        pathlib.Path(sys.executable).with_name("cfn-lint"),
        "--include-checks",
        "I",
        "--template",
        TEMPLATES / template,
    ]
    done = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, ""), done.stdout + done.stderr


def test_templates_need_no_transform():
    # A local stand-in deploys them, and so does every tool that speaks CloudFormation.
    assert not any("Transform" in path.read_text() for path in TEMPLATES.glob("*.yaml"))


@pytest.mark.parametrize("bucket", [RAW, FINAL])
def test_buckets_are_closed_encrypted_and_kept_tidy(aws, storage, bucket):
    assert bucket in (storage["RawBucketName"], storage["FinalBucketName"])
    s3 = aws("s3")
    closed = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert len(closed) == 4 and all(closed.values())
    [encryption] = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    [ownership] = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert ownership["ObjectOwnership"] == "BucketOwnerEnforced"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    aborts = [rule for rule in rules if rule.get("AbortIncompleteMultipartUpload") == {"DaysAfterInitiation": 1}]
    assert [(rule["Status"], rule["Filter"]) for rule in aborts] == [("Enabled", {"Prefix": ""})]
    assert not any("Transitions" in rule or "Days" in rule.get("Expiration", {}) for rule in rules), (
        "nothing current goes"
    )
    [refusal] = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert refusal["Effect"] == "Deny" and refusal["Principal"] == "*" and refusal["Action"] == "s3:*"
    assert refusal["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert set(refusal["Resource"]) == {f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"}


def test_browsers_of_one_origin_may_send_footage(aws, storage):
    [rule] = aws("s3").get_bucket_cors(Bucket=RAW)["CORSRules"]
    assert rule["AllowedOrigins"] == [ORIGIN]
    assert set(rule["AllowedMethods"]) == {"PUT", "POST", "GET", "HEAD"}
    assert rule["ExposeHeaders"] == ["ETag"]
    with pytest.raises(aws("s3").exceptions.ClientError, match="NoSuchCORSConfiguration"):
        aws("s3").get_bucket_cors(Bucket=FINAL)


def test_the_queue_takes_messages_of_one_bucket_and_gives_up_after_five(aws, storage):
    sqs = aws("sqs")
    queue = sqs.get_queue_attributes(QueueUrl=storage["UploadQueueUrl"], AttributeNames=["All"])["Attributes"]
    dead = sqs.get_queue_attributes(QueueUrl=storage["DeadLetterQueueUrl"], AttributeNames=["All"])["Attributes"]
    assert queue["QueueArn"] == QUEUE == storage["UploadQueueArn"]
    assert json.loads(queue["RedrivePolicy"]) == {"deadLetterTargetArn": dead["QueueArn"], "maxReceiveCount": 5}
    assert int(dead["MessageRetentionPeriod"]) == 14 * 86400 > int(queue["MessageRetentionPeriod"])
    statements = json.loads(queue["Policy"])["Statement"]
    [send] = [statement for statement in statements if statement["Effect"] == "Allow"]
    assert send["Principal"] == {"Service": "s3.amazonaws.com"} and send["Action"] == "sqs:SendMessage"
    assert send["Resource"] == QUEUE
    assert send["Condition"] == {
        "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{RAW}"},
        "StringEquals": {"aws:SourceAccount": "123456789012"},
    }


def test_an_upload_becomes_a_message(aws):
    # A second installation beside the first: without functions, so that nobody takes its messages.
    other = stand_in.deploy("storage-2", TEMPLATES / "storage.yaml", Name="second", AllowedOrigin=ORIGIN)
    sqs, s3, bucket = aws("sqs"), aws("s3"), other["RawBucketName"]
    # moto refuses everything that a statement denies, without asking for the statement's conditions.
    s3.delete_bucket_policy(Bucket=bucket)

    def take():
        answer = sqs.receive_message(QueueUrl=other["UploadQueueUrl"], MaxNumberOfMessages=10, WaitTimeSeconds=1)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    [test] = take()
    assert test["Event"] == "s3:TestEvent" and "Records" not in test, "the first message is about no upload"
    s3.put_object(Bucket=bucket, Key="elsewhere/clip.mp4", Body=b"not below t/")
    assert take() == []
    s3.put_object(Bucket=bucket, Key="t/quay-house/a clip.mp4", Body=b"frames")
    [body] = take()
    [record] = body["Records"]
    assert record["eventSource"] == "aws:s3" and record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["bucket"]["name"] == bucket
    # A key is encoded as in a form; moto encodes the slash too, AWS does not.
    key = record["s3"]["object"]["key"]
    assert "+" in key and urllib.parse.unquote_plus(key) == "t/quay-house/a clip.mp4"


@pytest.mark.parametrize(
    ("alarm", "queue", "metric"),
    [
        ("nexus-uploads-dead", "nexus-uploads-dead", "ApproximateNumberOfMessagesVisible"),
        ("nexus-uploads-waiting", "nexus-uploads", "ApproximateAgeOfOldestMessage"),
    ],
)
def test_alarms_watch_the_queues(aws, storage, alarm, queue, metric):
    [made] = aws("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    assert (made["MetricName"], made["Dimensions"]) == (metric, [{"Name": "QueueName", "Value": queue}])
    assert made["AlarmActions"] == [TOPIC] and made["ComparisonOperator"] == "GreaterThanThreshold"
    assert made["Threshold"] == (0 if queue.endswith("dead") else 1800)


@pytest.mark.parametrize(
    ("function", "timeout", "memory", "scratch"), [("vision", 900, 3008, 10240), ("beats", 120, 1769, 1024)]
)
def test_functions_run_the_image(aws, storage, functions, function, timeout, memory, scratch):
    made = aws("lambda").get_function(FunctionName=functions[f"{function.capitalize()}FunctionName"])
    configuration = made["Configuration"]
    assert made["Code"]["ImageUri"] == IMAGE and configuration["PackageType"] == "Image"
    command = configuration["ImageConfigResponse"]["ImageConfig"]["Command"]
    assert command == ["--insecure-no-sandbox", "lambda", function]
    assert (configuration["Timeout"], configuration["MemorySize"]) == (timeout, memory)
    assert configuration["EphemeralStorage"]["Size"] == scratch
    assert not configuration.get("VpcConfig", {}).get("SubnetIds")
    assert configuration["Environment"]["Variables"] == {
        "NEXUS__DATA": "/tmp/nexus",
        "NEXUS__STORE__URL": "{{resolve:secretsmanager:nexus/database}}",
        "NEXUS__BLOBS__RAW": f"s3://{RAW}",
        "NEXUS__BLOBS__FINAL": f"s3://{FINAL}",
        "NEXUS__QUEUE__URL": storage["UploadQueueUrl"],
        "NEXUS__AWS__REGION": stand_in.REGION,
    }
    [logs] = aws("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/nexus-{function}")["logGroups"]
    assert logs["retentionInDays"] == 30


def test_uploads_come_one_by_one_and_go_back_one_by_one(aws, storage, functions):
    [mapping] = aws("lambda").list_event_source_mappings(FunctionName="nexus-vision")["EventSourceMappings"]
    assert mapping["EventSourceArn"] == QUEUE and mapping["BatchSize"] == 1
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert aws("lambda").list_event_source_mappings(FunctionName="nexus-beats")["EventSourceMappings"] == []
    visible = aws("sqs").get_queue_attributes(QueueUrl=storage["UploadQueueUrl"], AttributeNames=["VisibilityTimeout"])
    timeout = aws("lambda").get_function_configuration(FunctionName="nexus-vision")["Timeout"]
    assert int(visible["Attributes"]["VisibilityTimeout"]) >= 6 * timeout
