#!/usr/bin/env bash
# Banana both ways: its official client against our worker, and our tagger against a real Potassium server.
set -euo pipefail
cd "$(dirname "$0")"
WHOSE=Banana
source ../common.sh

# Our worker, their client.
NEXUS__BANANA__KEY=an-example-key-for-tests "$NEXUS" vision --listen 127.0.0.1:0 2>"$work/log" &
server=$!
wait_for "$work/log" 's/.*Sees at \(http:[^ ]*\).*/\1/p'
with_python banana_dev banana-dev==6.3.0 "$address" an-example-key-for-tests
kill "$server"
wait "$server" 2>/dev/null || true
server=

# Their server, our tagger. Potassium asks for no key; its handler answers as a user's model would.
if command -v python3 >/dev/null && python3 -c 'import venv, ensurepip' 2>/dev/null; then
  python="$CACHE/potassium==0.5.0/bin/python"
  if ! "$python" -c 'import potassium' 2>/dev/null; then
    mkdir -p "$CACHE"
    python3 -m venv "$CACHE/potassium==0.5.0"
    "$python" -m pip install --quiet --disable-pip-version-check potassium==0.5.0 setuptools
  fi
  "$python" potassium_app.py >"$work/potassium" 2>&1 &
  server=$!
  wait_for "$work/potassium" 's/.*Serving at \(http:[^ ]*\).*/\1/p'
  picture=../../../docs/style-quiet.jpg
  tagged=$(NEXUS__ADAPTERS__TAGGER=banana NEXUS__BANANA__URL="$address" "$NEXUS" tag "$picture" --json)
  for expected in '"brass lamp"' '"L3 banana"' 'A lamp of brass.'; do
    grep -q -- "$expected" <<<"$tagged" || { echo "$expected is missing in: $tagged" >&2; exit 1; }
  done
  echo "potassium 0.5.0: our tagger was answered"
else
  missing "python3 with venv"
fi
