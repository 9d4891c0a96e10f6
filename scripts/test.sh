#!/usr/bin/env bash
# Everything that can fail.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh test
. scripts/env.sh
scripts/check.sh
scripts/test_engines.sh
scripts/test_stores.sh
scripts/test_outside.sh
make --no-print-directory build
scripts/first_load.sh
say "kill -9 loses nothing"
node end2end/crash.mjs
scripts/test_nodes.sh
scripts/test_deploy.sh
scripts/test_api.sh
scripts/e2e.sh
