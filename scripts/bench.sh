#!/usr/bin/env bash
# Measures the release build on a school's database: 500 students, 40 courses, 2,000 enrolments, 30 lessons a course.
# Pages one after another (what one person feels), then eight at once (what the machine can do); memory; start; bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh bench
. scripts/env.sh
folder=$(mktemp -d); port=3177; origin="http://localhost:$port"; server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
export LECTERN_ADDR=127.0.0.1:$port LECTERN_PUBLIC_URL=$origin LECTERN_DATABASE_URL="sqlite://$folder/lectern.db" \
  LECTERN_DATA_DIR="$folder" LECTERN_DEMO=1 RUST_LOG=error

say "A school's database"
target/release/lectern demo --school
say "Start on it, five times"
for _ in 1 2 3 4 5; do
  begun=$(date +%s%N)
  target/release/lectern serve >/dev/null & server=$!
  until curl -fsS -o /dev/null "$origin/readyz" 2>/dev/null; do sleep 0.005; done
  echo "$(( ($(date +%s%N) - begun) / 1000000 )) ms to the first answer"
  kill -TERM $server; wait $server 2>/dev/null || true
done
target/release/lectern serve >/dev/null & server=$!
until curl -fsS -o /dev/null "$origin/readyz" 2>/dev/null; do sleep 0.05; done
memory() { awk '/VmRSS/ {printf "%.0f MB", $2 / 1024}' "/proc/$server/status"; }
echo "memory after the start: $(memory)"

sign_in() { # email -> cookie
  curl -fsS -o /dev/null -D - -X POST "$origin/fn/sign_in" -H "Origin: $origin" -H 'Accept: text/html' \
    --data-urlencode "email=$1" --data-urlencode 'password=correct-lectern-demo' | sed -n 's/^[Ss]et-[Cc]ookie: \(lectern=[^;]*\).*/\1/p' | tr -d '\r'
}
student=$(sign_in student@lectern.example)
instructor=$(sign_in instructor@lectern.example)
measure() { # name, path, cookie
  printf '%-32s' "$1"
  wrk -t1 -c"$connections" -d"$seconds"s -s benches/percentiles.lua -H 'Accept: text/html' -H 'Accept-Encoding: br' -H "Cookie: ${3:-none=}" "$origin$2" | tail -1
}
for connections in 1 8; do
  seconds=5
  if [ $connections = 1 ]; then say "One after another"; else say "Eight at once"; fi
  measure "/login" /login
  measure "/ as a student" / "$student"
  measure "/courses" /courses
  measure "a course, as a student" /courses/sessions-and-tokens "$student"
  measure "a lesson" /courses/sessions-and-tokens/lessons/where-the-cookie-lives "$student"
  measure "people, 500 in the course" /courses/school-course-1/people "$instructor"
done
echo "memory after it: $(memory)"
kill -TERM $server; wait $server 2>/dev/null || true; server=
say "First load"
scripts/first_load.sh
