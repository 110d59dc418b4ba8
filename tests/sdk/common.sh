#!/usr/bin/env bash
# What the tests with the clients of others share: clients installed by name and version into a cache folder, never into
# the repository, and a server of ours.
#
# Where node or python3 is missing a test is skipped with a word about it; in continuous integration (CI is set) that is
# a failure.

TARGET=${CARGO_TARGET_DIR:-$PWD/../../../target}
NEXUS=${NEXUS_BINARY:-$TARGET/debug/nexus}
CACHE=${NEXUS_SDK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nexus-engine/sdk}

missing() {
  if [ -n "${CI:-}" ]; then
    echo "the clients of $WHOSE cannot be tested: $1 is missing; run tools/setup.sh" >&2
    exit 1
  fi
  echo "skipped: the clients of $WHOSE, because $1 is missing; tools/setup.sh installs it"
}

work=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  rm -rf "$work"
}
trap cleanup EXIT

[ -x "$NEXUS" ] || { echo "$NEXUS is missing: run 'cargo build --bin nexus' first" >&2; exit 1; }

# Starts the server and sets address.
serve() {
  NEXUS__SERVER__STORAGE_LISTEN=127.0.0.1:0 "$NEXUS" up --data "$work/data" --listen 127.0.0.1:0 2>"$work/log" &
  server=$!
  wait_for "$work/log" 's/.*Nexus is up at \(http:[^ ]*\).*/\1/p'
}

# wait_for LOG SCRIPT: waits until the server's log holds what the sed script finds, and sets address to it.
wait_for() {
  address=
  for _ in $(seq 300); do
    address=$(sed -n "$2" "$1")
    [ -z "$address" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  [ -n "$address" ] || { echo "the server did not start:" >&2; cat "$1" >&2; exit 1; }
}

# with_node PACKAGE@VERSION ARGUMENT..: runs client.js with the package.
with_node() {
  local package=$1
  shift
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    missing "node with npm"
    return
  fi
  local place="$CACHE/${package//\//+}"
  if [ ! -d "$place/node_modules/${package%@*}" ]; then
    mkdir -p "$place"
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$place" "$package"
  fi
  NODE_PATH="$place/node_modules" node client.js "$@"
}

# with_python MODULE PACKAGE==VERSION ARGUMENT..: runs client.py with the package.
with_python() {
  local module=$1 package=$2
  shift 2
  if ! command -v python3 >/dev/null || ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    missing "python3 with venv"
    return
  fi
  local python="$CACHE/$package/bin/python"
  if ! "$python" -c "import $module" 2>/dev/null; then
    mkdir -p "$CACHE"
    python3 -m venv "$CACHE/$package"
    "$python" -m pip install --quiet --disable-pip-version-check "$package"
  fi
  "$python" client.py "$@"
}
