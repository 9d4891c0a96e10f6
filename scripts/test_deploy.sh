#!/usr/bin/env bash
# The examples in deploy/, by the programs they are for: systemd, nginx and Caddy read them without a complaint.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh services
. scripts/env.sh
say "Examples in deploy/"
folder=$(mktemp -d "${TMPDIR:-/tmp}/lectern-deploy-XXXXXX")
trap 'rm -rf "$folder"' EXIT

if command -v systemd-analyze >/dev/null; then
  for unit in lectern.service lectern@3001.service; do
    # `verify` wants the program to be there.
    sed "s#/usr/local/bin/lectern#$PWD/target/release/lectern#" "deploy/${unit/@3001/@}" >"$folder/$unit"
    found=$(systemd-analyze verify --man=no "$folder/$unit" 2>&1 | grep -F "$unit" || true)
    [ -z "$found" ] || die "$unit: $found"
    # systemd's own score for what a unit may still do, in tenths: 0 is nothing, 100 everything.
    systemd-analyze security --offline=true --threshold=15 "$folder/$unit" >"$folder/score" || { cat "$folder/score"; die "$unit may do too much"; }
    echo "$unit: $(grep -o 'Overall exposure level.*: [0-9.]*' "$folder/score")"
  done
else
  echo "there is no systemd here: its units were not read"
fi

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=lectern.example" -keyout "$folder/lectern.key" -out "$folder/lectern.crt" 2>/dev/null
sed "s#/etc/ssl/lectern#$folder/lectern#" deploy/nginx.conf >"$folder/site.conf"
printf 'pid %s/pid; error_log stderr; events {} http { access_log off; include %s/site.conf; }' "$folder" "$folder" >"$folder/nginx.conf"
nginx -t -p "$folder" -c "$folder/nginx.conf" 2>&1 | tail -1

# What Caddy logs meanwhile may come after that line.
caddy validate --adapter caddyfile --config deploy/Caddyfile 2>&1 | grep -F 'Valid configuration'
