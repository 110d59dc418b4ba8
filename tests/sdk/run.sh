#!/usr/bin/env bash
# The official clients of others against our server, one after the other.
set -euo pipefail
cd "$(dirname "$0")"
shotstack/run.sh
pinecone/run.sh
banana/run.sh
