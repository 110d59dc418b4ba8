#!/usr/bin/env bash
# The official Shotstack clients (npm and PyPI) against our server: upload, render, poll, download.
#
# They are installed by name and version into a cache folder, never into the repository. Where node or python3 is
# missing this is skipped with a word about it; in continuous integration (CI is set) that is a failure.
set -euo pipefail
cd "$(dirname "$0")"

NPM_CLIENT=shotstack-sdk@0.2.9
PYPI_CLIENT=shotstack-sdk==0.2.8
TARGET=${CARGO_TARGET_DIR:-$PWD/../../target}
NEXUS=${NEXUS_BINARY:-$TARGET/debug/nexus}
CACHE=${NEXUS_SDK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nexus-engine/sdk}

missing() {
  if [ -n "${CI:-}" ]; then
    echo "the clients of Shotstack cannot be tested: $1 is missing; run tools/setup.sh" >&2
    exit 1
  fi
  echo "skipped: the clients of Shotstack, because $1 is missing; tools/setup.sh installs it"
}

[ -x "$NEXUS" ] || { echo "$NEXUS is missing: run 'cargo build --bin nexus' first" >&2; exit 1; }
mkdir -p "$CACHE"

work=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  rm -rf "$work"
}
trap cleanup EXIT

ffmpeg -v error -f lavfi -i testsrc2=size=320x180:rate=25:duration=2 -pix_fmt yuv420p -c:v libx264 "$work/clip.mp4"

NEXUS__SHOTSTACK__KEYS='["sdk:an-example-key-for-tests"]' NEXUS__SERVER__STORAGE_LISTEN=127.0.0.1:0 \
  "$NEXUS" up --data "$work/data" --listen 127.0.0.1:0 2>"$work/log" &
server=$!
address=
for _ in $(seq 100); do
  address=$(sed -n 's/.*Nexus is up at \(http:[^ ]*\).*/\1/p' "$work/log")
  [ -z "$address" ] || break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
[ -n "$address" ] || { echo "the server did not start:" >&2; cat "$work/log" >&2; exit 1; }

if command -v node >/dev/null && command -v npm >/dev/null; then
  if [ ! -d "$CACHE/$NPM_CLIENT/node_modules/shotstack-sdk" ]; then
    mkdir -p "$CACHE/$NPM_CLIENT"
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$CACHE/$NPM_CLIENT" "$NPM_CLIENT"
  fi
  NODE_PATH="$CACHE/$NPM_CLIENT/node_modules" node client.js "$address" an-example-key-for-tests "$work/clip.mp4"
else
  missing "node with npm"
fi

if command -v python3 >/dev/null && python3 -c 'import venv, ensurepip' 2>/dev/null; then
  python="$CACHE/$PYPI_CLIENT/bin/python"
  if ! "$python" -c 'import shotstack_sdk' 2>/dev/null; then
    python3 -m venv "$CACHE/$PYPI_CLIENT"
    "$python" -m pip install --quiet --disable-pip-version-check "$PYPI_CLIENT"
  fi
  "$python" client.py "$address" an-example-key-for-tests "$work/clip.mp4"
else
  missing "python3 with venv"
fi
