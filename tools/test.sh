#!/usr/bin/env bash
# Runs every test, with nextest where it is installed.
set -euo pipefail
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --locked --workspace --no-fail-fast
else
  cargo test --locked --workspace
fi
