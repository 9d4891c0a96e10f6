#!/usr/bin/env bash
# The API as others see it: a second implementation of JWT reads and forges tokens, and schemathesis sends whatever the description
# allows and forbids, with every check on, and follows its links.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh test
. scripts/env.sh
say "jose beside our tokens"
node end2end/tokens.mjs
say "schemathesis against the description"
folder=$(mktemp -d "${TMPDIR:-/tmp}/lectern-api-XXXXXX")
port=3178; export LECTERN_ORIGIN="http://localhost:$port"
LECTERN_ADDR=127.0.0.1:$port LECTERN_PUBLIC_URL=$LECTERN_ORIGIN LECTERN_DATA_DIR=$folder LECTERN_DATABASE_URL="sqlite://$folder/lectern.db" \
  LECTERN_DEMO=1 LECTERN_TRUSTED_PROXIES=127.0.0.1 RUST_LOG=error target/release/lectern serve >/dev/null & server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$folder"' EXIT
until curl -fsS -o /dev/null "$LECTERN_ORIGIN/readyz" 2>/dev/null; do sleep 0.05; done
# One person asks 1,200 times a minute at most. What is made up begins with one seed; what follows from answers still differs from run
# to run. SCHEMATHESIS='--max-examples 50' asks for more, and something new each time.
cd end2end/schemathesis
SCHEMATHESIS_HOOKS=hooks "$LECTERN_TOOLS/python/bin/schemathesis" run "$LECTERN_ORIGIN/api/v1/openapi.json" --checks all --no-color \
  --rate-limit 1100/m --output-truncate true ${SCHEMATHESIS:---max-examples 8 --seed 6}
