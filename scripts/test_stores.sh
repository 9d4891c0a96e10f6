#!/usr/bin/env bash
# Every session store against every property it must have (tests/stores). Arguments go to the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh services
. scripts/env.sh
folder=$(mktemp -d "${TMPDIR:-/tmp}/lectern-services-XXXXXX")
trap 'scripts/services.sh stop "$folder"' EXIT
say "Session stores: SQLite, memory, PostgreSQL, MariaDB, Redis"
started=$(scripts/services.sh start "$folder" postgres mysql redis)
address() { sed -n "s/^$1=//p" <<<"$started"; }
export LECTERN_TEST_POSTGRES=$(address postgres) LECTERN_TEST_MYSQL=$(address mysql)
export LECTERN_TEST_REDIS=$(address redis) LECTERN_TEST_REDISS=$(address rediss)
# The certificate of the tests' Redis is signed by an authority of their own.
export SSL_CERT_FILE=$(address authority)
cargo test --quiet --features ssr --test stores "$@"
[ $# = 0 ] || exit 0
for store in memory "$LECTERN_TEST_MYSQL/mysql" "$LECTERN_TEST_REDIS/4" "$LECTERN_TEST_REDISS/5"; do
  say "Tests of sessions, kept at ${store%%:*}"
  LECTERN_TEST_SESSION_STORE=$store LECTERN_TEST_RACES=${LECTERN_TEST_RACES:-200} cargo test --quiet --features ssr --test http -- sessions:: races::
done
