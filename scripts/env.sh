# Sourced by every script: where tools live and which Rust builds Lectern. Defines, starts nothing.
#
# Tools that set-up installs live outside the checkout, so that a fresh clone finds them again.
LECTERN_CACHE="${LECTERN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lectern}"
LECTERN_TOOLS="$LECTERN_CACHE/tools"
export LECTERN_CACHE LECTERN_TOOLS
export PATH="$LECTERN_TOOLS/bin:$HOME/.cargo/bin:$PATH"

WASM_TARGET=wasm32-unknown-unknown
# Where a Debian toolchain (see setup.sh) keeps the standard library we built for the browser.
DEBIAN_WASM_LIB=/usr/lib/rustlib/$WASM_TARGET/lib

# Prefer what rustup offers; fall back to Debian's compiler where rustup cannot fetch the browser's target.
if [ -z "${RUSTUP_TOOLCHAIN:-}" ] && ! ls "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$WASM_TARGET/lib/"libstd-*.rlib >/dev/null 2>&1; then
  if ls "$DEBIAN_WASM_LIB"/libstd-*.rlib >/dev/null 2>&1; then
    export RUSTUP_TOOLCHAIN=debian
  fi
fi
if [ "${RUSTUP_TOOLCHAIN:-}" = debian ]; then
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19
fi

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf 'Stopped: %s\n' "$*" >&2; exit 1; }
