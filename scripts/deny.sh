#!/usr/bin/env bash
# Whether every dependency is one that deny.toml allows. `make deny ARGS=advisories` asks RustSec too, over the network.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh deny
. scripts/env.sh
exec cargo deny check ${ARGS:-bans licenses sources}
