#!/usr/bin/env bash
# Runs every test, with nextest where it is installed; then the clients of others against the binary.
set -euo pipefail
cd "$(dirname "$0")/.."
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --locked --workspace --no-fail-fast
else
  cargo test --locked --workspace
fi
cargo build --locked --bin nexus
tests/sdk/run.sh
