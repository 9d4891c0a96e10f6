#!/usr/bin/env bash
# The HTTP tests once more, on PostgreSQL. Arguments go to the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh services
. scripts/env.sh
folder=$(mktemp -d "${TMPDIR:-/tmp}/lectern-services-XXXXXX")
trap 'scripts/services.sh stop "$folder"' EXIT
say "HTTP tests on PostgreSQL"
started=$(scripts/services.sh start "$folder" postgres)
LECTERN_TEST_ENGINE=$(sed -n 's/^postgres=//p' <<<"$started") cargo test --quiet --features ssr --test http "$@"
