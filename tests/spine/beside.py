"""Runs a command beside a durable PostgreSQL of its own, whose address is its STORE_URL."""

import os
import subprocess
import sys

import database

if not database.installed():
    sys.exit("PostgreSQL is missing; tools/setup.sh installs it")
with database.running(durable=True) as beside:
    sys.exit(subprocess.run(sys.argv[2:], env={**os.environ, "STORE_URL": beside.url}, check=False).returncode)
