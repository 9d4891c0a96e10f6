#!/usr/bin/env bash
# Watch mode.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh build
. scripts/env.sh
# The files beside the release are overwritten: it has to be made anew before it is used.
rm -f target/release/.lectern-built
export LECTERN_DEMO="${LECTERN_DEMO:-1}"
exec cargo leptos watch
