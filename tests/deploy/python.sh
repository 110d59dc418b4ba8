#!/usr/bin/env bash
# Sets python to one with the packages of requirements*.txt, for the tests of deploy/ and of a distributed installation.
#
# Packages are installed by name and version into a cache folder, never into the repository. Without python3 the tests
# are skipped with a word about it; in continuous integration (CI is set) that is a failure.
lists="$(dirname "${BASH_SOURCE[0]}")"

serves='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'
if ! command -v python3 >/dev/null || ! python3 -c "$serves"; then
  if [ -n "${CI:-}" ]; then
    echo "$WHAT cannot be tested: python3 (3.10 or later) with venv is missing; run tools/setup.sh" >&2
    exit 1
  fi
  echo "skipped: the tests of $WHAT, because python3 (3.10 or later) with venv is missing"
  exit 0
fi

# Another list is another folder, so an old one is never mistaken for the new one.
cache="${XDG_CACHE_HOME:-$HOME/.cache}/nexus-engine/deploy"
place="$cache/$(cat "$lists"/requirements*.txt | sha256sum | cut -c1-12)"
python="$place/bin/python"
if [ ! -e "$place/complete" ]; then
  rm -rf "$place"
  mkdir -p "$cache"
  python3 -m venv "$place"
  install=("$python" -m pip install --quiet --disable-pip-version-check)
  "${install[@]}" --requirement "$lists/requirements.txt"
  # Tests that need one of these are skipped where it cannot be had.
  "${install[@]}" --no-deps --requirement "$lists/requirements-alone.txt" || [ -z "${CI:-}" ]
  touch "$place/complete"
fi
