#!/usr/bin/env bash
# The stories in Chromium, on the release build.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh test
. scripts/env.sh
say "Stories in a browser"
cd end2end && exec node run.mjs "$@"
