#!/usr/bin/env bash
# Runs every test: the clients of others against the binary, the deployment on stand-ins, then everything of ours, with
# nextest where it is installed. All use one build. What takes long stands in `make faults`.
set -euo pipefail
cd "$(dirname "$0")/.."
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --locked --workspace --no-run
  tests/sdk/run.sh
  tests/deploy/run.sh
  cargo nextest run --locked --workspace --no-fail-fast
else
  cargo test --locked --workspace --no-run
  tests/sdk/run.sh
  tests/deploy/run.sh
  cargo test --locked --workspace
fi
