"""deploy/systemd: what systemd itself says of the units, and what both must share."""

import pathlib
import shutil
import subprocess

import pytest

UNITS = pathlib.Path(__file__).parents[2] / "deploy" / "systemd"
NAMES = ["nexus.service", "nexus-worker@.service"]
ANALYZE = shutil.which("systemd-analyze")


def settings(name):
    """The lines of a unit's [Service], without comments."""
    service = (UNITS / name).read_text().split("[Service]\n")[1].split("\n[")[0]
    return [line for line in service.splitlines() if line and not line.startswith("#")]


@pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not on this machine")
@pytest.mark.parametrize("name", NAMES)
def test_systemd_takes_the_unit_and_finds_it_closed(name, tmp_path):
    # The program is not installed here, and a unit whose program is missing is remarked on.
    unit = tmp_path / name.replace("@", "@1")
    unit.write_text((UNITS / name).read_text().replace("/usr/local/bin/nexus", "/bin/true"))
    verified = subprocess.run([ANALYZE, "verify", unit], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    closed = [ANALYZE, "security", "--offline=yes", "--threshold=20", "--no-pager", unit]
    assert subprocess.run(closed, capture_output=True, check=False).returncode == 0, "exposed to more than 2.0 of 10"


def test_both_units_are_hardened_alike():
    own = ("StateDirectory=", "WorkingDirectory=", "ExecStart=", "Environment=NEXUS__OUTBOX__DIR=")
    server, worker = ([line for line in settings(name) if not line.startswith(own)] for name in NAMES)
    assert server == worker


@pytest.mark.parametrize("name", NAMES)
def test_units_drain_and_leave_room_for_the_jail(name):
    lines = settings(name)
    for line in ("User=nexus", "KillMode=mixed", "TimeoutStopSec=60", "Restart=on-failure", "NoNewPrivileges=yes"):
        assert line in lines
    assert "EnvironmentFile=/etc/nexus/nexus.env" in lines
    assert "Environment=NEXUS__WORKER__DRAIN_S=45" in lines, "with ten seconds to hand back less than TimeoutStopSec"
    calls = " ".join(line.split("=", 1)[1] for line in lines if line.startswith("SystemCallFilter="))
    for call in (
        "@system-service",
        "landlock_create_ruleset",
        "landlock_add_rule",
        "landlock_restrict_self",
        "seccomp",
    ):
        assert call in calls.split(), call
    [start] = [line for line in lines if line.startswith("ExecStart=")]
    # Folders under which two workers would meet.
    assert ("%i" in start) == ("@" in name)
