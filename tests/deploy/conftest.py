"""One stand-in of AWS for all tests, with both templates deployed as one installation."""

import pytest
import stand_in
from installation import IMAGE, ORIGIN, TEMPLATES, TOPIC


@pytest.fixture(scope="session")
def aws():
    with stand_in.running():
        yield stand_in.client


@pytest.fixture(scope="session")
def storage(aws):
    parameters = {"Name": "nexus", "AllowedOrigin": ORIGIN, "AlarmTopicArn": TOPIC}
    return stand_in.deploy("storage", TEMPLATES / "storage.yaml", **parameters)


@pytest.fixture(scope="session")
def functions(storage):
    parameters = {"Name": "nexus", "ImageUri": IMAGE, "DatabaseSecret": "nexus/database"}
    return stand_in.deploy("functions", TEMPLATES / "functions.yaml", **parameters)
