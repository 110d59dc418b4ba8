#!/usr/bin/env bash
# Tests deploy/: the templates on a stand-in of AWS, compose.yaml with its store and its proxy, the units of systemd.
# Nothing of it needs an account, a container or the network, once the packages are there.
set -euo pipefail
cd "$(dirname "$0")"
WHAT=deploy/
source python.sh
# No compiled files and no cache folder beside the tests.
exec "$python" -B -m pytest -q -p no:cacheprovider "${@:-.}"
