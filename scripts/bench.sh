#!/usr/bin/env bash
# Measures the release build on a school's database: 500 students, 40 courses, 2,000 enrolments, 30 lessons a course.
# Pages on both engines, one after another (what one person feels), then eight at once (what the machine can do); what each
# session store costs a request; two nodes behind nginx against one; memory; start; bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh bench
. scripts/env.sh
folder=$(mktemp -d "${TMPDIR:-/tmp}/lectern-bench-XXXXXX"); chmod 755 "$folder"
running=()
end() { for pid in "${running[@]}"; do kill -TERM "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done; running=(); }
trap 'end; scripts/services.sh stop "$folder/services"; rm -rf "$folder"' EXIT
started=$(scripts/services.sh start "$folder/services" postgres mysql redis)
address() { sed -n "s/^$1=//p" <<<"$started"; }
export SSL_CERT_FILE; SSL_CERT_FILE=$(address authority)

port=3177; origin="http://localhost:$port"
export LECTERN_PUBLIC_URL=$origin LECTERN_DATA_DIR="$folder" LECTERN_DEMO=1 LECTERN_DRAIN=0s RUST_LOG=error
sqlite="sqlite://$folder/lectern.db" postgres="$(address postgres)/school"

serve() { # port: one more node there
  LECTERN_ADDR=127.0.0.1:$1 target/release/lectern serve >/dev/null & running+=($!)
  until curl -fsS -o /dev/null "http://127.0.0.1:$1/readyz" 2>/dev/null; do sleep 0.005; done
}
sign_in() { # email -> cookie
  curl -fsS -o /dev/null -D - -X POST "$origin/fn/sign_in" -H "Origin: $origin" -H 'Accept: text/html' \
    --data-urlencode "email=$1" --data-urlencode 'password=correct-lectern-demo' | sed -n 's/^[Ss]et-[Cc]ookie: \(lectern=[^;]*\).*/\1/p' | tr -d '\r'
}
load() { # connections, seconds, path, cookie -> wrk's last line
  wrk -t1 -c"$1" -d"$2"s -s benches/percentiles.lua -H 'Accept: text/html' -H 'Accept-Encoding: br' -H "Cookie: ${4:-none=}" "$origin$3" | tail -1
}
measure() { printf '%-32s' "$1"; load "$connections" 5 "$2" "${3:-}"; }
pages() {
  for connections in 1 8; do
    if [ $connections = 1 ]; then echo "one after another:"; else echo "eight at once:"; fi
    measure "/login" /login
    measure "/ as a student" / "$student"
    measure "/courses" /courses
    measure "a course, as a student" /courses/sessions-and-tokens "$student"
    measure "a lesson" /courses/sessions-and-tokens/lessons/where-the-cookie-lives "$student"
    measure "people, 500 in the course" /courses/school-course-1/people "$instructor"
    measure "progress, 500 in the course" /courses/school-course-1/progress "$instructor"
    measure "search, 1,200 lessons hold it" "/search?q=paragraph" "$instructor"
  done
}
memory() { awk '/VmRSS/ {printf "%.0f MB", $2 / 1024}' "/proc/${running[0]}/status"; }

say "A school's database, made in a file and moved to PostgreSQL"
LECTERN_DATABASE_URL=$sqlite target/release/lectern demo --school
psql -q "$(address postgres)/postgres" -c 'create database school'
target/release/lectern move --from "$sqlite" --to "$postgres" | tail -2 | head -1
psql -q "$postgres" -c analyze

for engine in sqlite postgres; do
  export LECTERN_DATABASE_URL=${!engine}
  say "$engine: start, five times"
  for _ in 1 2 3 4 5; do
    begun=$(date +%s%N)
    serve $port
    echo "$(( ($(date +%s%N) - begun) / 1000000 )) ms to the first answer"
    end
  done
  serve $port
  echo "memory after the start: $(memory)"
  student=$(sign_in student@lectern.example)
  instructor=$(sign_in instructor@lectern.example)
  say "$engine: pages"
  pages
  echo "memory after it: $(memory)"
  end
done

psql -q "$(address postgres)/postgres" -c 'create database readers'
for engine in sqlite postgres; do
  say "$engine: what a person feels, and 50 readers while an instructor saves once a second"
  at=$([ $engine = sqlite ] || echo "LECTERN_BENCH_DATABASE=$(address postgres)/readers")
  env -u LECTERN_DATABASE_URL -u LECTERN_PUBLIC_URL -u LECTERN_DATA_DIR ${at:+"$at"} node end2end/bench_school.mjs
done

say "What a session store costs a request"
echo "microseconds: a page that reads no session, the same with one, the difference; medians of five"
export LECTERN_DATABASE_URL=$sqlite
middle() { sort -n | sed -n 3p; }
micros() { load 1 2 /accessibility "${1:-}" | awk '{printf "%.0f\n", 1e6 / $1}'; }
psql -q "$(address postgres)/postgres" -c 'create database sessions'
mariadb --no-defaults -h 127.0.0.1 -P "$(address mysql | sed 's/.*://')" -u root -e 'create database sessions'
for store in database memory "sqlite://$folder/sessions.db" "$(address postgres)/sessions" "$(address mysql)/sessions" \
  "$(address redis)/1" "$(address rediss)/2"; do
  export LECTERN_SESSION_STORE=$store
  serve $port
  student=$(sign_in student@lectern.example)
  without=$(for _ in 1 2 3 4 5; do micros; done | middle)
  with=$(for _ in 1 2 3 4 5; do micros "$student"; done | middle)
  printf '%-12s %6d %6d %6d\n' "${store%%:*}" "$without" "$with" $((with - without))
  end
done
unset LECTERN_SESSION_STORE

say "What it costs to know who asks: sessions and tokens (writes docs/measured.md)"
psql -q "$(address postgres)/postgres" -c 'create database checks'
mariadb --no-defaults -h 127.0.0.1 -P "$(address mysql | sed 's/.*://')" -u root -e 'create database checks'
LECTERN_TEST_POSTGRES="$(address postgres)/checks" LECTERN_TEST_MYSQL="$(address mysql)/checks" LECTERN_TEST_REDIS="$(address redis)/3" \
  cargo bench --quiet --features ssr --bench checks

say "Two nodes behind nginx against one: a course, as a student, on PostgreSQL"
export LECTERN_DATABASE_URL=$postgres
for nodes in 1 2; do
  mkdir -p "$folder/nginx"
  upstream=$(for at in $(seq "$nodes"); do printf 'server 127.0.0.1:%d;' $((port + at)); done)
  temporary=$(for kind in client_body proxy fastcgi uwsgi scgi; do printf '%s_temp_path %s/nginx/%s;' $kind "$folder" $kind; done)
  printf '%s worker_processes 1; daemon off; pid %s/nginx/pid; error_log stderr crit; events { worker_connections 1024; }
    http { access_log off; %s upstream lectern { %s } server { listen 127.0.0.1:%d; location / { proxy_pass http://lectern;
    proxy_set_header Host $http_host; } } }' "$([ "$(id -u)" != 0 ] || echo 'user root;')" "$folder" "$temporary" "$upstream" $port >"$folder/nginx/nginx.conf"
  for at in $(seq "$nodes"); do serve $((port + at)); done
  nginx -p "$folder/nginx" -c "$folder/nginx/nginx.conf" & running+=($!)
  until curl -fsS -o /dev/null "$origin/healthz" 2>/dev/null; do sleep 0.02; done
  student=$(sign_in student@lectern.example)
  for connections in 1 8; do
    printf '%d node%s, %d at once: ' "$nodes" "$([ "$nodes" = 1 ] || echo s)" $connections
    load $connections 5 /courses/sessions-and-tokens "$student"
  done
  end
done

say "First load"
scripts/first_load.sh
env -u LECTERN_SESSION_STORE scripts/bench_sessions.sh
say "What the ways to sign in cost"
env -u LECTERN_SESSION_STORE -u LECTERN_PUBLIC_URL -u LECTERN_DATABASE_URL node end2end/bench_ways.mjs
