#!/usr/bin/env bash
# The whole line on a distributed installation: PostgreSQL, an S3 store, a queue and two workers make the film that one
# process makes alone, frame by frame; also when one of the workers is killed in the middle of it.
#
# Nothing of it needs an account, a container or the network, once the packages are there.
#   run.sh [together] [killed] [drained]    all three when none is named
set -euo pipefail
cd "$(dirname "$0")"
WHAT="a distributed installation"
TARGET=${CARGO_TARGET_DIR:-$PWD/../../target}
NEXUS=${NEXUS_BIN:-${NEXUS_BINARY:-$TARGET/debug/nexus}}
[ -x "$NEXUS" ] || { echo "$NEXUS is missing: run 'cargo build --bin nexus' first" >&2; exit 1; }
source ../deploy/python.sh
PYTHONPATH=../deploy exec "$python" -B spine.py "$NEXUS" "$@"
