#!/usr/bin/env bash
# Runs every test: the clients of others against the binary, then everything of ours, with nextest where it is
# installed. Both use one build.
set -euo pipefail
cd "$(dirname "$0")/.."
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --locked --workspace --no-run
  tests/sdk/run.sh
  cargo nextest run --locked --workspace --no-fail-fast
else
  cargo test --locked --workspace --no-run
  tests/sdk/run.sh
  cargo test --locked --workspace
fi
