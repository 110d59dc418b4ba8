#!/usr/bin/env bash
# Twelve more tracks in each of the styles that are hardest to hear, and metronomes: more_music.sh PYTHON OUT_DIR
set -euo pipefail
python=$1 out=$2
make_music="$(dirname "$0")/make_music.py"
seed=2000
for style in thrash metal industrial-metal hard-rock-riff punk rock indie slow-rock game-orchestral finger-picking \
  singer-guitar a-cappella choir expressive-piano slow-air samba folk-strum singer-piano uk-garage \
  harp-guitar-classical strings bluegrass reel jig orchestra game-jazz-house; do
  "$python" "$make_music" "$out" --style "$style" --count 12 --first-seed "$seed" --seconds 40
  seed=$((seed + 12))
done
# And metronomes, which users try first.
"$python" "$make_music" "$out" --style metronome --count 80 --first-seed 4040 --seconds 30
