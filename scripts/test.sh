#!/usr/bin/env bash
# Everything that can fail.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh test
scripts/check.sh
make --no-print-directory build
scripts/first_load.sh
scripts/e2e.sh
