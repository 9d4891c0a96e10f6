#!/usr/bin/env bash
# Real services for tests, each on a free loopback port, with all it writes in one temporary folder.
#   scripts/services.sh start FOLDER NAME...   starts them and prints NAME=ADDRESS for each
#   scripts/services.sh halt FOLDER NAME       ends one, by process id, and keeps what it wrote
#   scripts/services.sh resume FOLDER NAME     starts it again, on the same port, with what it wrote
#   scripts/services.sh stop FOLDER            ends all of them and removes the folder
# Names: postgres, mysql (MariaDB), redis (with a second port that speaks TLS alone), mail (with a second port that asks for TLS),
# sms (a gateway for text messages), s3 (a store for files), provider (of OpenID identities), liar (the same, lying), github (shaped like it).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { process.stdout.write(`${s.address().port}\n`); s.close(); })'
}

# PostgreSQL refuses to run as root: there it runs as the account its package made.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

# The port of NAME in FOLDER: a free one at first, the same ever after.
port_of() {
  [ -e "$1/$2.port" ] || free_port >"$1/$2.port"
  cat "$1/$2.port"
}

# Waits until a command succeeds, for ten seconds; else shows the log of NAME in FOLDER and gives up.
until_it_answers() {
  local folder="$1" name="$2"; shift 2
  for _ in $(seq 100); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  cat "$folder/$name.log" >&2
  die "$name did not start"
}

start_postgres() {
  local programs port data="$1/postgres"
  programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
  [ -n "$programs" ] || programs=$(dirname "$(command -v initdb || die "there is no PostgreSQL here: install it")")
  port=$(port_of "$1" postgres)
  if [ ! -d "$data" ]; then
    mkdir -p "$data"
    [ "$(id -u)" != 0 ] || chown postgres "$1" "$data"
    as_postgres "$programs/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >"$1/postgres.log" 2>&1 || { cat "$1/postgres.log" >&2; die "initdb"; }
  fi
  # What a test wrote need not survive the machine; what is tested is the rest.
  as_postgres "$programs/postgres" -D "$data" -h 127.0.0.1 -p "$port" -k "$data" -c fsync=off -c full_page_writes=off \
    -c max_connections=400 -c synchronous_commit=off >>"$1/postgres.log" 2>&1 &
  until_it_answers "$1" postgres "$programs/pg_isready" -q -h 127.0.0.1 -p "$port"
  head -1 "$data/postmaster.pid" >"$1/postgres.pid"
  echo "postgres=postgres://postgres@127.0.0.1:$port"
}

start_mysql() {
  local port data="$1/mysql" as=()
  command -v mariadbd >/dev/null || die "there is no MariaDB here: install it"
  port=$(port_of "$1" mysql)
  [ "$(id -u)" != 0 ] || as=(--user=mysql)
  if [ ! -d "$data" ]; then
    mkdir -p "$data"
    [ "$(id -u)" != 0 ] || chown mysql "$data"
    mariadb-install-db --no-defaults "${as[@]}" --datadir="$data" --auth-root-authentication-method=normal \
      --skip-test-db >"$1/mysql.log" 2>&1 || { cat "$1/mysql.log" >&2; die "mariadb-install-db"; }
  fi
  mariadbd --no-defaults "${as[@]}" --datadir="$data" --socket="$data/socket" --pid-file="$data/pid" --port="$port" \
    --bind-address=127.0.0.1 --innodb-flush-log-at-trx-commit=0 --skip-log-bin >>"$1/mysql.log" 2>&1 &
  echo $! >"$1/mysql.pid"
  until_it_answers "$1" mysql mariadb-admin --no-defaults -h 127.0.0.1 -P "$port" -u root ping
  echo "mysql=mysql://root@127.0.0.1:$port"
}

# A certificate for localhost in FOLDER, and the authority that signed it.
certificate() {
  local data="$1"
  if [ ! -e "$data/server.crt" ]; then
    mkdir -p "$data"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Lectern tests" -keyout "$data/ca.key" -out "$data/ca.crt" 2>"$data/openssl.log"
    openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout "$data/server.key" -out "$data/server.csr" 2>>"$data/openssl.log"
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n' >"$data/server.ext"
    openssl x509 -req -in "$data/server.csr" -CA "$data/ca.crt" -CAkey "$data/ca.key" -days 2 -extfile "$data/server.ext" -out "$data/server.crt" 2>>"$data/openssl.log"
  fi
}

start_redis() {
  local port tls data="$1/redis"
  command -v redis-server >/dev/null || die "there is no Redis here: install it"
  port=$(port_of "$1" redis) tls=$(port_of "$1" rediss)
  certificate "$data"
  redis-server --bind 127.0.0.1 --port "$port" --tls-port "$tls" --tls-cert-file "$data/server.crt" --tls-key-file "$data/server.key" \
    --tls-ca-cert-file "$data/ca.crt" --tls-auth-clients no --dir "$data" --appendonly yes --appendfsync no >>"$1/redis.log" 2>&1 &
  echo $! >"$1/redis.pid"
  until_it_answers "$1" redis redis-cli -p "$port" ping
  echo "redis=redis://127.0.0.1:$port"
  echo "rediss=rediss://localhost:$tls"
  echo "authority=$data/ca.crt"
}

start_mail() {
  local port tls data="$1/mail"
  port=$(port_of "$1" mail) tls=$(port_of "$1" mails)
  certificate "$data"
  "$LECTERN_TOOLS/python/bin/python" end2end/outside/mail.py "$port" "$tls" "$data/received" "$data/server.crt" "$data/server.key" >>"$1/mail.log" 2>&1 &
  echo $! >"$1/mail.pid"
  until_it_answers "$1" mail grep -q ready "$1/mail.log"
  echo "mail=smtp://127.0.0.1:$port"
  echo "mails=smtp://lectern:mail-secret-for-tests@localhost:$tls?tls=required"
  echo "received=$data/received"
  echo "mail_authority=$data/ca.crt"
}

start_sms() {
  local port
  port=$(port_of "$1" sms)
  node end2end/outside/sms.mjs "$port" >"$1/sms.log" 2>&1 &
  echo $! >"$1/sms.pid"
  until_it_answers "$1" sms grep -q ready "$1/sms.log"
  echo "sms=http://127.0.0.1:$port"
}

# The names that are not ours are made by whoever asks: any key opens it.
start_s3() {
  local port
  port=$(port_of "$1" s3)
  "$LECTERN_TOOLS/python/bin/moto_server" -H 127.0.0.1 -p "$port" >"$1/s3.log" 2>&1 &
  echo $! >"$1/s3.pid"
  until_it_answers "$1" s3 curl -sf -X PUT "http://127.0.0.1:$port/lectern"
  echo "s3=http://127.0.0.1:$port"
}

# A server of end2end/outside that is given its port alone.
start_identity() {
  local port
  port=$(port_of "$1" "$2")
  node "end2end/outside/$2.mjs" "$port" >"$1/$2.log" 2>&1 &
  echo $! >"$1/$2.pid"
  until_it_answers "$1" "$2" grep -q ready "$1/$2.log"
  echo "$2=http://localhost:$port"
}

start_provider() { start_identity "$1" provider; }
start_liar() { start_identity "$1" liar; }
start_github() { start_identity "$1" github; }

# Ends the process of a file made above. PostgreSQL takes INT for "break connections off, but write everything down".
end_by() {
  local pid signal=TERM
  pid=$(cat "$1")
  case "$1" in */postgres.pid) signal=INT ;; esac
  kill "-$signal" "$pid" 2>/dev/null || true
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  rm -f "$1"
}

case "${1:-}" in
  start)
    folder="$2"; shift 2
    mkdir -p "$folder"; chmod 755 "$folder"
    for service in "$@"; do "start_$service" "$folder"; done
    ;;
  halt) end_by "$2/$3.pid" ;;
  resume) "start_$3" "$2" ;;
  stop)
    for file in "$2"/*.pid; do
      [ -e "$file" ] || continue
      end_by "$file"
    done
    rm -rf "$2"
    ;;
  *) die "services.sh start FOLDER NAME..., halt or resume FOLDER NAME, or stop FOLDER" ;;
esac
