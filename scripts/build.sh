#!/usr/bin/env bash
# The release build: server, islands, style sheet; hashed names, precompressed files.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh build
. scripts/env.sh
say "Building Lectern (about ten minutes the first time, then one or two)"
rm -rf target/site
cargo leptos build --release --precompress
