"""deploy/compose.yaml: what it promises, and its store, its proxy and its database role as they really behave."""

import http.server
import re
import subprocess
import threading
import urllib.parse

import boto3
import botocore.config
import programs
import pytest
from programs import COMPOSE, DEPLOY, PROGRAMS, SERVICES, ask, free_port, program

KEYS = {"AWS_ACCESS_KEY_ID": "stand-in", "AWS_SECRET_ACCESS_KEY": "a-secret-of-a-test"}


def example():
    lines = (DEPLOY / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_every_value_must_be_given():
    text = (DEPLOY / "compose.yaml").read_text()
    used = re.findall(r"\$\{(\w+)([^}]*)\}", text)
    assert used and all(rest == ":?fill in .env" for _, rest in used), "a default, or a variable that may be missing"
    assert len(re.findall(r"\$[A-Za-z_]", text)) == 0, "a variable without braces has no check"
    assert {name for name, _ in used} == set(example())


def test_no_secret_stands_anywhere():
    secrets = {name: value for name, value in example().items() if name not in ("NEXUS_PUBLIC_URL",)}
    assert set(secrets.values()) <= {"", "''"}
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY|STORE__URL", key):
                assert "${" in value, f"{name} has {key} in the open"
    ignored = (DEPLOY / ".gitignore").read_text().splitlines()
    assert "/.env" in ignored


def test_only_the_proxy_is_reached_and_only_from_this_machine():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"server": ["127.0.0.1:8080:8080"]}
    # The port belongs to the network namespace that server and proxy share; the server listens on loopback in it.
    assert SERVICES["proxy"]["network_mode"] == "service:server"
    assert SERVICES["server"]["environment"]["NEXUS__SERVER__LISTEN"] == "127.0.0.1:8787"
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "s3", "buckets"):
        assert SERVICES[name]["networks"] == ["inside"], name
    assert not any(service.get("network_mode") == "host" or service.get("privileged") for service in SERVICES.values())


@pytest.mark.parametrize("name", SERVICES)
def test_services_are_hardened(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"], "nothing loosens the runtime's seccomp profile"
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    # Nobody is root: these by their number, the product by its image.
    assert "build" in service or re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert "build" in service or re.search(r":\d", service["image"]), "an image without a version"
    for mount in service.get("volumes", []):
        assert not mount.startswith(".") or mount.endswith(":ro"), mount
        assert "docker.sock" not in mount


def test_the_image_is_not_root_and_runs_the_program():
    image = (DEPLOY / "Dockerfile").read_text()
    last = image.split("\nFROM ")[-1]
    assert re.search(r"^USER nexus$", last, re.M) and "--uid 10001" in last
    assert re.search(r'^ENTRYPOINT \["nexus"\]\nCMD \["up"\]$', last, re.M)
    for package in (
        "ffmpeg",
        "fonts-inter",
        "fonts-ebgaramond",
        "tesseract-ocr",
        "tesseract-ocr-eng",
        "ca-certificates",
    ):
        assert re.search(rf"[\s]{package}[\s]", last), package
    # Lambda's user reads the models, and ./nexus.toml where there is one; the data folder is shut to it.
    assert "\nWORKDIR /\n" in last and "NEXUS__MODELS__DIR=/var/lib/nexus-models\n" in last
    assert "models:/var/lib/nexus-models" in SERVICES["worker"]["volumes"]
    assert "cargo build --locked --release --workspace --bin nexus --features nexus/lambda" in image


def test_workers_are_asked_where_they_answer_and_publish_into_one_folder():
    settings, worker = SERVICES["worker"]["environment"], SERVICES["worker"]
    host, port = settings["NEXUS__WORKER__LISTEN"].split(":")
    # The product listens for this on loopback alone, which the check reaches from inside.
    assert host == "127.0.0.1" and worker["healthcheck"]["test"] == ["CMD", "nexus-ready", port]
    assert f"outbox:{settings['NEXUS__OUTBOX__DIR']}" in worker["volumes"]
    image = (DEPLOY / "Dockerfile").read_text()
    assert f"--mode 0755 {settings['NEXUS__OUTBOX__DIR']} " in image, "a new volume takes its owner from the image"
    assert "    NEXUS__TELEMETRY__LOG=json \\\n" in image, "logs of containers are read by programs"
    for name in ("server", "worker"):
        grace = int(SERVICES[name]["stop_grace_period"].removesuffix("s"))
        assert settings["NEXUS__WORKER__DRAIN_S"] + 10 < grace, "time to hand back what is not finished"


def test_roles_are_shared_out():
    assert SERVICES["server"]["command"] == ["up", "--roles", "none"]
    assert SERVICES["worker"]["command"] == ["worker", "--roles", "ingest,render,publish"]
    assert SERVICES["worker"]["deploy"] == {"replicas": 2}
    # Two workers in one data folder would be one too many: theirs has no name, so each gets its own.
    assert "/var/lib/nexus" in SERVICES["worker"]["volumes"]
    assert SERVICES["server"]["environment"] == SERVICES["worker"]["environment"] == SERVICES["migrate"]["environment"]
    assert "nexus@" not in SERVICES["worker"]["environment"]["NEXUS__STORE__URL"]
    assert "//nexus:" in SERVICES["worker"]["environment"]["NEXUS__STORE__URL"], "never the superuser"


class Product(http.server.BaseHTTPRequestHandler):
    """Stands in for the server: tells what it was asked and with what password."""

    ready = True

    def answer(self):
        self.send_response(200 if self.path != "/readyz" or self.ready else 503)
        self.end_headers()
        self.wfile.write(f"{self.command} {self.path} {self.headers['Authorization']}".encode())

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def product():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Product)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The S3 store of compose.yaml, its buckets made by the script of compose.yaml, twice: then it changes nothing."""
    with programs.store(tmp_path_factory.mktemp("store"), KEYS) as port:
        programs.make_buckets(port, KEYS)
        yield port


@pytest.fixture(scope="module")
def proxy(product, store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxy")
    port = free_port()
    text = (DEPLOY / "Caddyfile").read_text()
    for there, here in [
        (":8080 {", f":{port} {{\n\tbind 127.0.0.1"),
        ("127.0.0.1:8787", f"127.0.0.1:{product}"),
        ("s3:9000", f"127.0.0.1:{store}"),
    ]:
        assert there in text
        text = text.replace(there, here)
    (folder / "Caddyfile").write_text(text)
    hashing = [PROGRAMS / "caddy", "hash-password", "--bcrypt-cost", "5", "--plaintext", "open sesame"]
    hashed = subprocess.run(hashing, check=True, capture_output=True, text=True).stdout.strip()
    environment = {"HOME": str(folder), "NEXUS_PORTAL_USER": "owner", "NEXUS_PORTAL_PASSWORD_HASH": hashed}
    command = [PROGRAMS / "caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]
    with program(command, port, "/healthz", environment, folder / "log"):
        yield port


def test_the_proxy_asks_for_a_password(proxy):
    password = {"Authorization": "Basic b3duZXI6b3BlbiBzZXNhbWU="}
    for path in (
        "/",
        "/upload",
        "/v1/businesses",
        "/v1/reviews",
        "/readyz",
        "/openapi.json",
        "/metrics",
        "/ax",
        "/nexus-raw/t/a",
    ):
        assert ask(proxy, "GET", path)[0] == 401, path
        assert ask(proxy, "GET", path, Authorization="Basic b3duZXI6d3Jvbmc=")[0] == 401, path
        # The password is the proxy's own; the server does not see it.
        assert ask(proxy, "GET", path, **password)[:2] == (200, f"GET {path} None".encode())
    assert ask(proxy, "POST", "/v1/reviews", b"{}")[0] == 401


def test_guests_need_no_password(proxy):
    for path in ("/a/token", "/a/token/film.mp4", "/watch/film", "/style.css", "/healthz"):
        assert ask(proxy, "GET", path)[:2] == (200, f"GET {path} None".encode())
    assert ask(proxy, "POST", "/a/token")[0] == 200


def test_signed_links_lead_to_the_store_and_unsigned_ones_nowhere(proxy, store):
    config = botocore.config.Config(s3={"addressing_style": "path"}, signature_version="s3v4", proxies={})
    keys = {"aws_access_key_id": KEYS["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"]}

    def client(address):
        return boto3.client("s3", endpoint_url=address, region_name="us-east-1", config=config, **keys)

    inside, key = client(f"http://127.0.0.1:{store}"), {"Bucket": "nexus-raw", "Key": "t/quay-house/clip.mp4"}
    # Signed for the address that browsers see, which the store checks: the proxy's own, and that of TLS in front of it.
    for public in (f"http://127.0.0.1:{proxy}", "https://films.example.org"):
        link = urllib.parse.urlsplit(client(public).generate_presigned_url("put_object", Params=key))
        address, host = f"{link.path}?{link.query}", {"Host": link.netloc}
        assert ask(proxy, "PUT", address.replace("clip", "klip"), b"another key", **host)[0] == 403
        assert ask(proxy, "PUT", link.path, b"unsigned", **host)[0] == 401
        body = public.encode() * 1000
        status, _, headers = ask(proxy, "PUT", address, body, **host)
        assert status == 200 and headers["Etag"]
        assert inside.get_object(**key, Range="bytes=0-99")["Body"].read() == body[:100]
    for bucket in ("nexus-raw", "nexus-final"):
        assert inside.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    with pytest.raises(inside.exceptions.NoSuchBucket):
        inside.put_object(Bucket="other", Key="x", Body=b"")


def test_a_container_is_ready_when_its_server_says_so(product):
    check = ["bash", DEPLOY / "ready.sh"]
    assert subprocess.run([*check, str(product)], check=False).returncode == 0
    Product.ready = False
    assert subprocess.run([*check, str(product)], check=False).returncode != 0
    Product.ready = True
    assert subprocess.run([*check, str(free_port())], check=False, stderr=subprocess.DEVNULL).returncode != 0
