#!/usr/bin/env bash
# The official Shotstack clients (npm and PyPI) against our server: upload, render, poll, download.
set -euo pipefail
cd "$(dirname "$0")"
WHOSE=Shotstack
source ../common.sh

ffmpeg -v error -f lavfi -i testsrc2=size=320x180:rate=25:duration=2 -pix_fmt yuv420p -c:v libx264 "$work/clip.mp4"
export NEXUS__SHOTSTACK__KEYS='["sdk:an-example-key-for-tests"]'
serve
with_node shotstack-sdk@0.2.9 "$address" an-example-key-for-tests "$work/clip.mp4"
with_python shotstack_sdk shotstack-sdk==0.2.8 "$address" an-example-key-for-tests "$work/clip.mp4"
