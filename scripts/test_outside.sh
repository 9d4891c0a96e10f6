#!/usr/bin/env bash
# What Lectern says to others, to real ones: a mail server, a gateway for text messages, a store for files, a code app, identity
# providers. Arguments go to the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh test
. scripts/env.sh
folder=$(mktemp -d "${TMPDIR:-/tmp}/lectern-services-XXXXXX")
trap 'scripts/services.sh stop "$folder"' EXIT
say "Mail and text messages that really leave, files at an S3 store, codes of another maker, identity providers"
started=$(scripts/services.sh start "$folder" mail sms s3 provider liar github)
address() { sed -n "s/^$1=//p" <<<"$started"; }
export LECTERN_TEST_MAIL=$(address mail) LECTERN_TEST_MAILS=$(address mails) LECTERN_TEST_RECEIVED=$(address received)
export LECTERN_TEST_SMS=$(address sms) LECTERN_TEST_S3=$(address s3)
export LECTERN_TEST_PROVIDER=$(address provider) LECTERN_TEST_LIAR=$(address liar) LECTERN_TEST_GITHUB=$(address github)
export SSL_CERT_FILE=$(address mail_authority)
cargo test --quiet --features ssr --test outside "$@"
