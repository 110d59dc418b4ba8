"""Who may do what in an installation made from deploy/aws: exactly its work."""

import fnmatch
import itertools

import stand_in
from installation import FINAL, IMAGE, ORIGIN, QUEUE, RAW, TEMPLATES

INTERFACES = {
    f"ec2:{action}"
    for action in (
        "CreateNetworkInterface",
        "DescribeNetworkInterfaces",
        "DescribeSubnets",
        "DeleteNetworkInterface",
        "AssignPrivateIpAddresses",
        "UnassignPrivateIpAddresses",
    )
}


def listed(value):
    return value if isinstance(value, list) else [value]


def managed(aws, arn):
    iam = aws("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]["Statement"]


def role_of(aws, function):
    """Every statement that holds for the role of a function."""
    iam = aws("iam")
    role = aws("lambda").get_function_configuration(FunctionName=function)["Role"].rsplit("/", 1)[1]
    inline = [
        iam.get_role_policy(RoleName=role, PolicyName=name)
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    statements = [policy["PolicyDocument"]["Statement"] for policy in inline]
    statements += [managed(aws, policy["PolicyArn"]) for policy in attached]
    return list(itertools.chain.from_iterable(statements))


def allows(statements, action, resource):
    """As AWS decides, without conditions: some statement allows it."""
    return any(
        statement["Effect"] == "Allow"
        and any(fnmatch.fnmatchcase(action, pattern) for pattern in listed(statement["Action"]))
        and any(fnmatch.fnmatchcase(resource, pattern) for pattern in listed(statement["Resource"]))
        for statement in statements
    )


def everybody(aws, storage, functions):
    return {
        "vision": role_of(aws, "nexus-vision"),
        "beats": role_of(aws, "nexus-beats"),
        "server": managed(aws, storage["ServerPolicyArn"]),
        "caller of beats": managed(aws, functions["BeatsCallPolicyArn"]),
    }


def test_rights_are_named_one_by_one(aws, storage, functions):
    for who, statements in everybody(aws, storage, functions).items():
        for statement in statements:
            # S3 asks for s3:ListBucket where it has nothing that a condition could look at, before it says 404.
            assert statement["Effect"] == "Allow", (who, statement)
            assert not {"NotAction", "NotResource", "Condition"} & set(statement), (who, statement)
            for action in listed(statement["Action"]):
                assert "*" not in action and "?" not in action, (who, action)
            for resource in listed(statement["Resource"]):
                # A star stands for keys below t/ or for the streams of one log group, and for nothing else.
                start = resource.removesuffix("/t/*") if ":s3:" in resource else resource.removesuffix(":*")
                assert start.startswith("arn:aws:") and "*" not in start and "?" not in start, (who, resource)


def test_nobody_can_do_more_than_its_work(aws, storage, functions):
    raw, final, dead = f"arn:aws:s3:::{RAW}", f"arn:aws:s3:::{FINAL}", f"{QUEUE}-dead"
    call = f"arn:aws:lambda:{stand_in.REGION}:123456789012:function:nexus-"
    logs = f"arn:aws:logs:{stand_in.REGION}:123456789012:log-group:/aws/lambda/nexus-"
    actions = [
        *(f"s3:{action}" for action in ("GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload")),
        *(f"s3:{action}" for action in ("ListMultipartUploadParts", "ListBucket", "DeleteBucket", "PutBucketPolicy")),
        *(f"s3:{action}" for action in ("DeleteObjectVersion", "PutObjectAcl", "GetObjectVersion")),
        *(f"sqs:{action}" for action in ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility")),
        *(f"sqs:{action}" for action in ("GetQueueAttributes", "SetQueueAttributes", "PurgeQueue", "DeleteQueue")),
        *(f"lambda:{action}" for action in ("InvokeFunction", "UpdateFunctionCode", "GetFunction")),
        *(f"logs:{action}" for action in ("CreateLogStream", "PutLogEvents", "DeleteLogGroup", "GetLogEvents")),
        *("iam:PassRole", "sts:AssumeRole", "secretsmanager:GetSecretValue", "ec2:CreateNetworkInterface"),
    ]
    resources = {
        **{"raw": raw, "final": final, "raw object": f"{raw}/t/a/b", "final object": f"{final}/t/a/b"},
        **{"raw elsewhere": f"{raw}/x", "final elsewhere": f"{final}/x", "other bucket": "arn:aws:s3:::other/t/a/b"},
        **{"queue": QUEUE, "dead": dead, "vision": f"{call}vision", "beats": f"{call}beats", "anything": "*"},
        **{"vision's log": f"{logs}vision:log-stream:1", "beats' log": f"{logs}beats:log-stream:1"},
    }
    writes_logs = {"logs:CreateLogStream", "logs:PutLogEvents"}
    takes = {
        f"sqs:{action}"
        for action in ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes")
    }
    makes = {"s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"}
    # So that S3 says 404 of what is not there.
    lists = {"raw": {"s3:ListBucket"}, "final": {"s3:ListBucket"}}
    wanted = {
        "vision": {
            **lists,
            **{"raw object": {"s3:GetObject"}, "final object": makes, "queue": takes, "vision's log": writes_logs},
        },
        "beats": {
            **lists,
            **{"raw object": {"s3:GetObject"}, "final object": {"s3:GetObject"}, "beats' log": writes_logs},
        },
        "server": {
            **lists,
            "raw object": makes | {"s3:ListMultipartUploadParts"},
            "final object": makes | {"s3:DeleteObject"},
            "queue": takes,
        },
        "caller of beats": {"beats": {"lambda:InvokeFunction"}},
    }
    for who, statements in everybody(aws, storage, functions).items():
        have = {
            name: may
            for name, resource in resources.items()
            if (may := {action for action in actions if allows(statements, action, resource)})
        }
        assert have == wanted[who], who


def test_functions_reach_a_database_in_a_vpc(aws, storage):
    stand_in.deploy("storage-3", TEMPLATES / "storage.yaml", Name="third", AllowedOrigin=ORIGIN)
    url = "postgres://nexus:secret@db/nexus"
    network = {"SubnetIds": "subnet-1,subnet-2", "SecurityGroupIds": "sg-1"}
    parameters = {"Name": "third", "ImageUri": IMAGE, "DatabaseUrl": url, **network}
    stand_in.deploy("functions-3", TEMPLATES / "functions.yaml", **parameters)
    for function in ("third-vision", "third-beats"):
        made = aws("lambda").get_function_configuration(FunctionName=function)
        assert made["Environment"]["Variables"]["NEXUS__STORE__URL"] == url
        assert made["VpcConfig"]["SubnetIds"] == ["subnet-1", "subnet-2"] and made["VpcConfig"]["SecurityGroupIds"] == [
            "sg-1"
        ]
        wide = [statement for statement in role_of(aws, function) if "*" in listed(statement["Resource"])]
        # Lambda needs these of its own, and the code that runs in the function is refused them.
        assert [(statement["Effect"], set(statement["Action"])) for statement in wide] == [
            ("Allow", INTERFACES),
            ("Deny", INTERFACES),
        ]
        assert made["FunctionArn"] in wide[1]["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"]
