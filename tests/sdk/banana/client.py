"""The official client of Banana against our worker: a call, a warm-up, and what it raises."""

import base64
import pathlib
import sys

from banana_dev.client import Client, ClientException

address, key = sys.argv[1:]
picture = pathlib.Path(__file__).parent / "../../../docs/style-quiet.jpg"
image = base64.b64encode(picture.read_bytes()).decode()

client = Client(key, address, verbosity="ERROR")
told, _ = client.warmup()
assert told == {"warm": True}, told

told, meta = client.call("/", {"image": image, "user_tags": ["Our Terrace"]})
names = [tag["name"] for tag in told["tags"]]
assert "our terrace" in names and "landscape format" in names, told
assert all(0 <= tag["score"] <= 1 and tag["source"] for tag in told["tags"]), told
assert meta["headers"]["content-type"] == "application/json", meta


def raises(wrong: Client, body: dict) -> str:
    try:
        wrong.call("/", body, retry=False)
    except ClientException as error:
        return str(error)
    raise AssertionError("nothing was raised")


assert "X-BANANA-API-KEY" in raises(Client("wrong", address, verbosity="ERROR"), {"image": image})
assert "422" in raises(client, {"image": base64.b64encode(b"no picture").decode()})
print("banana-dev 6.3.0: call, warm-up, wrong key, no picture")
