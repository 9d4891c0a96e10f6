#!/usr/bin/env bash
# Real services for tests, each on a free loopback port, with all it writes in one temporary folder.
#   scripts/services.sh start FOLDER postgres   starts them and prints NAME=ADDRESS for each
#   scripts/services.sh stop FOLDER                ends what was started there, by process id, and removes the folder
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# PostgreSQL refuses to run as root: there it runs as the account its package made.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

start_postgres() {
  local programs port data="$1/postgres"
  programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
  [ -n "$programs" ] || programs=$(dirname "$(command -v initdb || die "there is no PostgreSQL here: install it")")
  port=$(free_port)
  mkdir -p "$data"
  [ "$(id -u)" != 0 ] || chown postgres "$1" "$data"
  as_postgres "$programs/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >"$1/postgres.log" 2>&1 || { cat "$1/postgres.log" >&2; die "initdb"; }
  # What a test wrote need not survive the machine; what is tested is the rest.
  as_postgres "$programs/postgres" -D "$data" -h 127.0.0.1 -p "$port" -k "$data" -c fsync=off -c full_page_writes=off \
    -c max_connections=400 -c synchronous_commit=off >>"$1/postgres.log" 2>&1 &
  for _ in $(seq 100); do
    "$programs/pg_isready" -q -h 127.0.0.1 -p "$port" && break
    sleep 0.1
  done
  head -1 "$data/postmaster.pid" >"$1/postgres.pid" || { cat "$1/postgres.log" >&2; die "PostgreSQL did not start"; }
  echo "postgres=postgres://postgres@127.0.0.1:$port"
}

case "${1:-}" in
  start)
    folder="$2"; shift 2
    mkdir -p "$folder"; chmod 755 "$folder"
    for service in "$@"; do "start_$service" "$folder"; done
    ;;
  stop)
    for file in "$2"/*.pid; do
      [ -e "$file" ] || continue
      pid=$(cat "$file")
      kill -INT "$pid" 2>/dev/null || true
      for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    done
    rm -rf "$2"
    ;;
  *) die "services.sh start FOLDER NAME..., or stop FOLDER" ;;
esac
