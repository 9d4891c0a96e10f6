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
server=$(sed -n 's/^postgres=//p' <<<"$started")
cargo build --quiet --features ssr
# A school's database, moved from a file; then its rows are taken out, since the tests begin with an empty site. What they
# run on is what a move made.
LECTERN_DATABASE_URL="sqlite://$folder/school.db" LECTERN_DATA_DIR="$folder" target/debug/lectern demo --school
psql -q "$server/postgres" -c 'create database moved'
target/debug/lectern move --from "sqlite://$folder/school.db" --to "$server/moved"
psql -q "$server/moved" -c 'truncate users, session_records, sign_ins, views, set_up_links, kept_forms, courses, enrolments, join_codes, awaited, given_up_addresses, rosters, roster_addresses, roster_changes, modules, lessons, lesson_versions, lesson_drafts, calendar_feeds, contents, files, file_mentions, announcements, announced_files, mail_wishes, gathered, lesson_reads, guesses, audit_events, audit_details, audit_head, browser_reports, site_keys, outbox, mail_links, code_apps, recovery_codes, fresh_codes, passkeys, ceremonies, provider_accounts, provider_visits, phones, one_time_codes, half_sign_ins, signing_keys, refresh_tokens, revoked_tokens, personal_tokens, device_codes, idempotency_keys, lab_sign_ins'
LECTERN_TEST_TEMPLATE=moved LECTERN_TEST_ENGINE=$server cargo test --quiet --features ssr --test http "$@"
