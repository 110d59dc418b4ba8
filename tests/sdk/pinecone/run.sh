#!/usr/bin/env bash
# The official Pinecone clients (npm and PyPI) against our server: indexes, records, queries, namespaces, another key.
set -euo pipefail
cd "$(dirname "$0")"
WHOSE=Pinecone
source ../common.sh

export NEXUS__PINECONE__KEYS='["sdk:an-example-key-for-tests", "other:another-key-for-tests"]'
serve
with_node @pinecone-database/pinecone@8.2.0 "$address/pinecone" an-example-key-for-tests another-key-for-tests
with_python pinecone pinecone==10.2.0 "$address/pinecone" an-example-key-for-tests another-key-for-tests
