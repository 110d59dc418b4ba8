#!/usr/bin/env bash
# Runs a program of this folder with the binary that was built and the packages of tests/deploy: start.sh FILE.py [...].
# WHAT says in a few words what cannot be tested where Python is missing.
set -euo pipefail
cd "$(dirname "$0")"
WHAT=${WHAT:-a distributed installation}
TARGET=${CARGO_TARGET_DIR:-$PWD/../../target}
NEXUS=${NEXUS_BIN:-${NEXUS_BINARY:-$TARGET/debug/nexus}}
[ -x "$NEXUS" ] || { echo "$NEXUS is missing: run 'cargo build --bin nexus' first" >&2; exit 1; }
source ../deploy/python.sh
PYTHONPATH=../deploy exec "$python" -B "$1" "$NEXUS" "${@:2}"
