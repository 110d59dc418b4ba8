#!/usr/bin/env bash
# The whole line on a distributed installation: PostgreSQL, an S3 store, a queue and two workers make the film that one
# process makes alone, frame by frame; also when one of the workers is killed in the middle of it, and when functions of
# Lambda look at uploads and hear the music.
#
# Nothing of it needs an account, a container or the network, once the packages are there.
#   run.sh [together] [killed] [drained] [functions]    all of them when none is named
exec "$(dirname "$0")/start.sh" spine.py "$@"
