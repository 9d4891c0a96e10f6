#!/usr/bin/env bash
# What sessions cost when there are many: 10,000 live ones against 10, clearing away 100,000 that are over, and a page while eight
# people sign in. On SQLite, with the release build.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh bench
. scripts/env.sh
folder=$(mktemp -d "${TMPDIR:-/tmp}/lectern-bench-XXXXXX")
running=()
end() { for pid in "${running[@]}"; do kill -TERM "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done; running=(); }
trap 'end; rm -rf "$folder"' EXIT
port=3178; origin="http://localhost:$port"
export LECTERN_ADDR=127.0.0.1:$port LECTERN_PUBLIC_URL=$origin LECTERN_DATA_DIR="$folder" LECTERN_DEMO=1 LECTERN_DRAIN=0s

serve() { # database's name, what is logged
  LECTERN_DATABASE_URL="sqlite://$folder/$1.db" RUST_LOG=${2:-error} target/release/lectern serve >"$folder/$1.out" 2>"$folder/$1.log" & running+=($!)
  until curl -fsS -o /dev/null "$origin/readyz" 2>/dev/null; do sleep 0.01; done
}
sign_in() { # email -> cookie
  curl -fsS -o /dev/null -D - -X POST "$origin/fn/sign_in" -H "Origin: $origin" -H 'Accept: text/html' \
    --data-urlencode "email=$1" --data-urlencode 'password=correct-lectern-demo' | sed -n 's/^[Ss]et-[Cc]ookie: \(lectern=[^;]*\).*/\1/p' | tr -d '\r'
}
middle() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
page() { # path, cookie -> p50 in ms
  wrk -t1 -c1 -d3s -s benches/percentiles.lua -H 'Accept: text/html' -H 'Accept-Encoding: br' -H "Cookie: $2" "$origin$1" | tail -1 | sed -n 's/.*p50 *\([0-9.]*\).*/\1/p'
}
signing_in() { # median of ten, in ms
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    curl -fsS -o /dev/null -w '%{time_total}\n' -X POST "$origin/fn/sign_in" -H "Origin: $origin" -H 'Accept: text/html' \
      --data-urlencode 'email=student05@lectern.example' --data-urlencode 'password=correct-lectern-demo'
  done | awk '{print $1 * 1000}' | middle
}
# Sign-ins with their records, spread over the demo's people but for the first five.
sign_ins() { # database's name, how many, their end in ms from now
  sqlite3 "$folder/$1.db" "
    pragma foreign_keys = off;
    with recursive n(i) as (select 1 union all select i + 1 from n where i < $2)
    insert into sign_ins (id, user_id, epoch, how, level, remembered, address, user_agent, created_at, proven_at, last_seen_at,
                          idle_ends_at, absolute_ends_at, form_key, id_is_due)
    select abs(random() / 2), 6 + i % 28, 0, 'password', 1, 0, '192.0.2.1', 'Mozilla/5.0', t, t, t, t + $3, t + $3, hex(randomblob(32)), 0
      from n, (select unixepoch() * 1000 as t);
    with recursive n(i) as (select 1 union all select i + 1 from n where i < $2)
    insert into session_records (id, data, expiry_date)
    select hex(randomblob(16)), randomblob(60), datetime('now', '$4') from n;"
}

say "10,000 live sign-ins against 10 (medians of three; ratios, with 1.2 allowed)"
LECTERN_DATABASE_URL="sqlite://$folder/few.db" target/release/lectern demo >/dev/null
sqlite3 "$folder/few.db" "vacuum into '$folder/many.db'"
sign_ins few 10 3600000 '+1 day'
sign_ins many 10000 3600000 '+1 day'
for _ in 1 2 3; do
  for size in few many; do
    serve "$size"
    cookie=$(sign_in student@lectern.example)
    page /accessibility "$cookie" >>"$folder/check-$size"
    page /account/sessions "$cookie" >>"$folder/list-$size"
    signing_in >>"$folder/sign_in-$size"
    end
  done
done
for what in check list sign_in; do
  few=$(middle <"$folder/$what-few") many=$(middle <"$folder/$what-many")
  awk -v w="$what" -v f="$few" -v m="$many" 'BEGIN {printf "%-8s %8.2f ms with 10, %8.2f ms with 10,000: %.2f\n", w, f, m, m / f}'
done

say "/courses while eight sign in at once (p95 under 100 ms)"
serve few
for _ in 1 2 3 4 5 6 7 8; do
  ( for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do sign_in student07@lectern.example >/dev/null || true; done ) & signing+=($!)
done
wrk -t1 -c1 -d4s -s benches/percentiles.lua -H 'Accept: text/html' -H 'Accept-Encoding: br' "$origin/courses" | tail -1
for pid in "${signing[@]}"; do wait "$pid" || true; done
end

say "Clearing away 100,000 that are over (50 ms at most for each transaction)"
sqlite3 "$folder/few.db" "vacuum into '$folder/over.db'"
sign_ins over 100000 -4000000000 '-1 day'
serve over warn,lectern=info
until grep -q 'cleared away' "$folder/over.log"; do sleep 0.2; done
grep 'cleared away' "$folder/over.log" | sed 's/.*cleared/cleared/'
echo "left: $(sqlite3 "$folder/over.db" 'select (select count(*) from sign_ins), (select count(*) from session_records)')"
end
