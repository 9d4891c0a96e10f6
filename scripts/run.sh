#!/usr/bin/env bash
# Serves what was built, with the demo unless LECTERN_DEMO says otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
export LECTERN_DEMO="${LECTERN_DEMO:-1}"
exec target/release/lectern serve
