"""A stand-in of AWS on this machine: moto, and what moto's CloudFormation leaves out.

moto knows buckets with CORS, policies of queues, alarms and functions from images, but its CloudFormation creates bare
buckets, drops `PackageType` and its like from functions and managed policies from roles, and skips three of the types
that our templates have. Here each of these is created as CloudFormation would: from the properties with their
references resolved, by a call of the service's own API, whose client checks the shape of every argument. A property of
a bucket that is not translated is an error, so that nothing of it goes untested in silence.
"""

import contextlib
import json
import logging
import os

import boto3
import requests
from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.core.common_models import CloudFormationModel
from moto.iam.models import Role
from moto.s3.models import FakeBucket
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"

# Credentials that the stand-in takes and AWS does not: a mistake in this file must not reach an account.
KEYS = {"aws_access_key_id": "stand-in", "aws_secret_access_key": "stand-in", "region_name": REGION}

address = None


def client(service):
    return boto3.client(service, endpoint_url=address, **KEYS)


@contextlib.contextmanager
def running():
    """Starts the stand-in on a free port of this machine, and stops it."""
    global address
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # No proxy, and no profile of the user's own.
    os.environ.update(NO_PROXY="127.0.0.1", AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE=os.devnull)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        # Functions are described here and never run, so no container is needed.
        requests.post(f"{address}/moto-api/config", json={"lambda": {"use_docker": False}}, timeout=10)
        yield address
    finally:
        server.stop()


def deploy(stack, template, **parameters):
    """Creates the stack through CloudFormation; its outputs."""
    formation = client("cloudformation")
    formation.create_stack(
        StackName=stack,
        TemplateBody=template.read_text(),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    made = formation.describe_stacks(StackName=stack)["Stacks"][0]
    assert made["StackStatus"] == "CREATE_COMPLETE", made
    return {output["OutputKey"]: output["OutputValue"] for output in made["Outputs"]}


def renamed(properties, **names):
    """The properties under the names that the API has for them; those without a new name keep theirs."""
    return {names.get(key, key): value for key, value in properties.items()}


def lifecycle_rule(rule):
    rule = dict(rule)
    marker = rule.pop("ExpiredObjectDeleteMarker", None)
    expiration = {} if marker is None else {"Expiration": {"ExpiredObjectDeleteMarker": truth(marker)}}
    return renamed(rule, Id="ID") | {"Filter": {"Prefix": rule.pop("Prefix", "")}} | expiration


def queue_notification(given):
    rules = given.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    return {"QueueArn": given["Queue"], "Events": [given["Event"]], "Filter": {"Key": {"FilterRules": rules}}}


def truth(value):
    return value if isinstance(value, bool) else str(value).lower() == "true"


def fill_bucket(name, properties):
    """What a bucket is given besides its name."""
    s3 = client("s3")
    for key, value in properties.items():
        match key:
            # These two moto applies itself.
            case "BucketName" | "BucketEncryption":
                pass
            case "PublicAccessBlockConfiguration":
                closed = {key: truth(value) for key, value in value.items()}
                s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
            case "OwnershipControls":
                s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=value)
            case "VersioningConfiguration":
                s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=value)
            case "CorsConfiguration":
                rules = [
                    renamed(rule, ExposedHeaders="ExposeHeaders", MaxAge="MaxAgeSeconds", Id="ID")
                    for rule in value["CorsRules"]
                ]
                s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
            case "LifecycleConfiguration":
                rules = [lifecycle_rule(rule) for rule in value["Rules"]]
                s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
            case "NotificationConfiguration":
                queues = [queue_notification(given) for given in value["QueueConfigurations"]]
                s3.put_bucket_notification_configuration(
                    Bucket=name, NotificationConfiguration={"QueueConfigurations": queues}
                )
            case _:
                raise NotImplementedError(f"the stand-in has no translation of a bucket's {key}")


def adding(model, add):
    """Makes moto's CloudFormation go on with `add(name, properties)` after it created a resource of the model."""
    creating = model.create_from_cloudformation_json.__func__

    def create(cls, resource_name, cloudformation_json, account_id, region_name, **others):
        made = creating(cls, resource_name, cloudformation_json, account_id, region_name, **others)
        add(resource_name, cloudformation_json.get("Properties", {}))
        return made

    model.create_from_cloudformation_json = classmethod(create)


def give_policies(name, properties):
    iam = client("iam")
    for policy in properties.get("Policies", []):
        # moto has them already, but as Python prints them.
        text = json.dumps(policy["PolicyDocument"])
        iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=text)
    for arn in properties.get("ManagedPolicyArns", []):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)


def whole_function(cls, resource_name, cloudformation_json, account_id, region_name, **_):
    given = cloudformation_json["Properties"] | {"FunctionName": resource_name}
    return get_backend(account_id, region_name).create_function(given)


adding(FakeBucket, fill_bucket)
adding(Role, give_policies)
LambdaFunction.create_from_cloudformation_json = classmethod(whole_function)


class Made(CloudFormationModel):
    """Something that is made by one call and that nothing refers to."""

    # moto keeps its models by service, and takes that from the second part of a module's name.
    __module__ = "moto.stand_in"
    type = None

    def __init__(self, name):
        self.physical_resource_id = name

    @classmethod
    def cloudformation_type(cls):
        return cls.type

    @staticmethod
    def cloudformation_name_type():
        return ""

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
        cls.make(cloudformation_json["Properties"])
        return cls(resource_name)

    def delete(self, account_id, region_name):
        pass


# moto finds its types among the direct subclasses of one class, so each of these names it as well.
class QueuePolicy(Made, CloudFormationModel):
    __module__ = Made.__module__
    type = "AWS::SQS::QueuePolicy"

    @staticmethod
    def make(properties):
        policy = {"Policy": json.dumps(properties["PolicyDocument"])}
        for queue in properties["Queues"]:
            client("sqs").set_queue_attributes(QueueUrl=queue, Attributes=policy)


class BucketPolicy(Made, CloudFormationModel):
    __module__ = Made.__module__
    type = "AWS::S3::BucketPolicy"

    @staticmethod
    def make(properties):
        policy = json.dumps(properties["PolicyDocument"])
        client("s3").put_bucket_policy(Bucket=properties["Bucket"], Policy=policy)


class Alarm(Made, CloudFormationModel):
    __module__ = Made.__module__
    type = "AWS::CloudWatch::Alarm"

    @staticmethod
    def make(properties):
        numbers = {key: int(properties[key]) for key in ("Period", "EvaluationPeriods", "Threshold")}
        client("cloudwatch").put_metric_alarm(**properties | numbers)
