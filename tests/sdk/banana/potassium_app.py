"""A Potassium server as its documentation shows one: it looks whether pictures arrive, and answers with tags."""

import base64
import json
import socket

from potassium import Potassium, Request, Response

app = Potassium("tagger")


@app.init
def init():
    return {"marker": b"\xff\xd8\xff"}


@app.handler("/")
def handler(context: dict, request: Request) -> Response:
    pictures = [base64.b64decode(image) for image in request.json["images"]]
    assert pictures and all(picture.startswith(context["marker"]) for picture in pictures)
    answer = {"tags": [{"label": "Brass Lamp", "score": 0.93}], "caption": "A lamp of brass."}
    return Response(body=json.dumps(answer).encode(), headers={"Content-Type": "application/json"}, status=200)


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
app.serve(host="127.0.0.1", port=port)
