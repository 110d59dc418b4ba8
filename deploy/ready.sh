#!/bin/bash
# Is the server of this container ready, or the worker that answers at the port given? Leaves with 0 when GET /readyz
# says 200.
#
# The image has no curl: bash opens the connection itself, so nothing has to be installed for one line of HTTP.
set -eu
exec 3<>"/dev/tcp/127.0.0.1/${1:-8787}"
printf 'GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[ "$status" = 200 ]
