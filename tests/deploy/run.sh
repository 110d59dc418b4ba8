#!/usr/bin/env bash
# Tests deploy/: the templates on a stand-in of AWS, compose.yaml with its store and its proxy, the units of systemd;
# the binary: its functions in a runtime of Lambda, its traces at a collector.
# Nothing of it needs an account, a container or the network, once the packages are there.
set -euo pipefail
cd "$(dirname "$0")"
WHAT=deploy/
TARGET=${CARGO_TARGET_DIR:-$PWD/../../target}
export NEXUS_BIN=${NEXUS_BIN:-${NEXUS_BINARY:-$TARGET/debug/nexus}}
source python.sh
# No compiled files and no cache folder beside the tests.
PYTHONPATH=../spine exec "$python" -B -m pytest -q -p no:cacheprovider "${@:-.}"
