"""A collector of traces that reads what it takes into OpenTelemetry's own messages."""

import base64
import contextlib
import http.server
import json
import threading

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

IDS = {"traceId", "spanId", "parentSpanId"}


class Taking(http.server.BaseHTTPRequestHandler):
    """Takes everything, and keeps it as it came."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, self.headers["Content-Type"], body.decode()))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def running():
    """Starts it on a free port; its address, and the list of what it takes: path, type and body."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    server.taken = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.taken
    finally:
        server.shutdown()


def message(body):
    """OTLP writes ids in hexadecimal where Protobuf's JSON has base64; in all else they are one."""

    def in_base64(fields):
        for name in IDS & fields.keys():
            fields[name] = base64.b64encode(bytes.fromhex(fields[name])).decode()
        return fields

    # A field that the message does not know is an error.
    return json_format.ParseDict(json.loads(body, object_hook=in_base64), ExportTraceServiceRequest())


def attributes(owner):
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in owner.attributes}


def spans(taken):
    """The spans of everything that was taken, all of one service."""
    found = []
    for path, kind, body in taken:
        assert (path, kind) == ("/v1/traces", "application/json")
        for group in message(body).resource_spans:
            assert attributes(group.resource)["service.name"] == "nexus"
            found += [span for scope in group.scope_spans for span in scope.spans]
    return found
