#!/usr/bin/env bash
# Plants a violation of every lint of the house, and wants each of them caught.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh
found=$(cargo clippy --quiet --features ssr,planted --test planted --message-format short 2>&1 || true)
missed=0
while IFS=: read -r line _; do
  grep -q "tests/planted/main.rs:$line:" <<<"$found" || { echo "not caught: $(sed -n "${line}p" tests/planted/main.rs)"; missed=1; }
done < <(grep -n '// PLANTED' tests/planted/main.rs)
[ "$missed" = 0 ] || die "a lint of the house does not bite"
echo "$(grep -c '// PLANTED' tests/planted/main.rs) planted violations, each caught"
