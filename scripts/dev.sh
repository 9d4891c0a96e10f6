#!/usr/bin/env bash
# Watch mode.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh build
. scripts/env.sh
export LECTERN_DEMO="${LECTERN_DEMO:-1}"
exec cargo leptos watch
