#!/usr/bin/env bash
# Format, lints for both halves, unit and HTTP tests. No browser, no release build.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh build
. scripts/env.sh
say "Format"
cargo fmt --check
say "Lints, server"
cargo clippy --quiet --features ssr --all-targets -- -D warnings
cargo clippy --quiet --features ssr --test outside -- -D warnings
say "Lints, browser"
cargo clippy --quiet --lib --features hydrate --target "$WASM_TARGET" -- -D warnings
say "The lints bite"
scripts/locks.sh
say "Unit and HTTP tests"
cargo test --quiet --features ssr
