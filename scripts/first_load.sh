#!/usr/bin/env bash
# Bytes a first load weighs, compressed: HTML, CSS, JS and WASM of the heaviest first page together under 100 kB.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh
exec node end2end/first_load.mjs
