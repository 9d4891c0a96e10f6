#!/usr/bin/env bash
# Several nodes of the release build on PostgreSQL and Redis behind nginx: killed, rolled, and robbed of their services.
# An argument (rolling, refusals, outages) runs that story alone; ROUNDS and CLIENTS make it larger.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh services
. scripts/env.sh
say "Two nodes behind nginx"
exec node end2end/nodes.mjs "$@"
