#!/usr/bin/env bash
# Installs what a fresh Debian machine lacks: ffmpeg, the two font families, a C compiler for SQLite, and node and
# python3 for the tests with the clients of Shotstack.
set -euo pipefail

packages=()
need() { dpkg -s "$1" >/dev/null 2>&1 || packages+=("$1"); }
need ffmpeg
need fonts-inter
need fonts-ebgaramond
need gcc
need pkg-config
need libfontconfig1
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
