#!/usr/bin/env bash
# Installs what is missing to build (setup.sh build), test (setup.sh test), measure (setup.sh bench) or check the
# dependencies of (setup.sh deny) Lectern.
# Does nothing that is done already. Works with the whole internet, and where only package registries answer.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh
want="${1:-build}"
mkdir -p "$LECTERN_TOOLS/bin"

CARGO_DENY_VERSION=0.20.2
CARGO_LEPTOS_VERSION=0.3.11
BINARYEN_VERSION=132.0.0
AIOSMTPD_VERSION=1.4.6
MOTO_VERSION=5.2.5
SCHEMATHESIS_VERSION=4.32.5
# The command-line half must match the library to the letter.
WASM_BINDGEN_VERSION=$(sed -n 's/^wasm-bindgen = .*"=\([0-9.]*\)".*/\1/p' Cargo.toml)

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

apt_install() { # reason, packages...
  local reason="$1" missing=(); shift
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null || die "$reason: install ${missing[*]} with your system's package manager"
  say "Installing ${missing[*]} ($reason)"
  if [ ! -e "$LECTERN_CACHE/apt-updated" ] || [ -n "$(find "$LECTERN_CACHE/apt-updated" -mmin +720)" ]; then
    as_root apt-get update -qq && touch "$LECTERN_CACHE/apt-updated"
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

has_wasm_target() {
  ls "$(rustc --print sysroot)/lib/rustlib/$WASM_TARGET/lib/"libstd-*.rlib >/dev/null 2>&1
}

# Debian ships the compiler and the library's source, but not the library built for the browser: build it once (45 s).
debian_toolchain() {
  apt_install "a Rust that can build for the browser, since rustup could not fetch one" \
    rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-19
  rustup toolchain list | grep -q '^debian' || rustup toolchain link debian /usr
  if ! ls "$DEBIAN_WASM_LIB"/libstd-*.rlib >/dev/null 2>&1; then
    say "Building Rust's standard library for the browser (about a minute, once)"
    local work; work=$(mktemp -d)
    mkdir -p "$work/src"
    printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[profile.release]\ndebug = false\n' > "$work/Cargo.toml"
    : > "$work/src/lib.rs"
    (cd "$work" && PATH="/usr/bin:$PATH" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work/target" \
      /usr/bin/cargo build --quiet --release --target "$WASM_TARGET" \
      -Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test)
    as_root mkdir -p "$DEBIAN_WASM_LIB"
    find "$work/target/$WASM_TARGET/release/deps" -name '*.rlib' ! -name 'libempty-*' -exec cp -t "$work" {} +
    as_root cp "$work"/*.rlib "$DEBIAN_WASM_LIB/"
    rm -rf "$work"
  fi
  export RUSTUP_TOOLCHAIN=debian CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19
}

rust() {
  command -v cargo >/dev/null || die "there is no Rust here. Install it from https://rustup.rs and run this again"
  has_wasm_target && return 0
  if command -v rustup >/dev/null; then
    say "Adding Rust's browser target"
    if timeout 300 rustup target add "$WASM_TARGET" >"$LECTERN_CACHE/rustup.log" 2>&1 && has_wasm_target; then return 0; fi
    say "rustup could not fetch it ($LECTERN_CACHE/rustup.log); using Debian's compiler instead"
  fi
  debian_toolchain
}

# A prebuilt binary where cargo-binstall can fetch one, else built here. The extra settings halve the build: a build
# tool need not be optimised. --locked first; unlocked where a lock file names a version that is not served yet.
# --ignore-rust-version: one dependency of cargo-leptos asks for Rust 1.96 and builds with 1.95 all the same.
cargo_tool() { # crate, version, command
  local crate="$1" version="$2" command="$3"
  if "$LECTERN_TOOLS/bin/$command" --version 2>/dev/null | grep -qF "$version"; then return 0; fi
  if command -v cargo-binstall >/dev/null; then
    say "Fetching $crate $version"
    cargo binstall --no-confirm --disable-strategies compile --root "$LECTERN_TOOLS" "$crate@$version" && return 0
  fi
  say "Building $crate $version (some minutes, once)"
  export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_DEBUG=0
  local target="$LECTERN_CACHE/tools-target"
  CARGO_TARGET_DIR="$target" cargo install --quiet --locked --ignore-rust-version --root "$LECTERN_TOOLS" --version "$version" "$crate" ||
    CARGO_TARGET_DIR="$target" cargo install --quiet --root "$LECTERN_TOOLS" --version "$version" "$crate"
  unset CARGO_PROFILE_RELEASE_LTO CARGO_PROFILE_RELEASE_OPT_LEVEL CARGO_PROFILE_RELEASE_CODEGEN_UNITS CARGO_PROFILE_RELEASE_DEBUG
  rm -rf "$target"
}

node() {
  command -v npm >/dev/null && return 0
  apt_install "npm brings wasm-opt, and the browser tests" nodejs npm
}

wasm_opt() {
  [ -x "$LECTERN_TOOLS/bin/wasm-opt" ] && return 0
  node
  say "Fetching wasm-opt (binaryen $BINARYEN_VERSION)"
  npm install --silent --no-fund --no-audit --prefix "$LECTERN_TOOLS/npm" "binaryen@$BINARYEN_VERSION"
  ln -sf "$LECTERN_TOOLS/npm/node_modules/.bin/wasm-opt" "$LECTERN_TOOLS/bin/wasm-opt"
}

build() {
  command -v cc >/dev/null || apt_install "SQLite and argon2 need a C compiler" gcc libc6-dev
  rust
  cargo_tool wasm-bindgen-cli "$WASM_BINDGEN_VERSION" wasm-bindgen
  cargo_tool cargo-leptos "$CARGO_LEPTOS_VERSION" cargo-leptos
  wasm_opt
}

browser_tests() {
  node
  command -v chromium >/dev/null || apt_install "the browser tests" chromium
  if [ ! -e end2end/node_modules/.package-lock.json ] || [ end2end/package-lock.json -nt end2end/node_modules/.package-lock.json ]; then
    say "Fetching Playwright and axe"
    (cd end2end && npm ci --silent --no-fund --no-audit)
  fi
}

# A mail server that really receives, in an environment of its own.
fuzzer() {
  local python="$LECTERN_TOOLS/python/bin/python"
  "$python" -c "import importlib.metadata as m; assert m.version('schemathesis') == '$SCHEMATHESIS_VERSION'" 2>/dev/null && return 0
  say "Fetching schemathesis $SCHEMATHESIS_VERSION"
  "$LECTERN_TOOLS/python/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$SCHEMATHESIS_VERSION"
}

mail_server() {
  local python="$LECTERN_TOOLS/python/bin/python"
  "$python" -c "import aiosmtpd; assert aiosmtpd.__version__ == '$AIOSMTPD_VERSION'" 2>/dev/null && return 0
  command -v python3 >/dev/null && python3 -c 'import venv, ensurepip' 2>/dev/null ||
    apt_install "the mail server of the tests" python3 python3-venv
  say "Fetching aiosmtpd $AIOSMTPD_VERSION"
  python3 -m venv "$LECTERN_TOOLS/python"
  "$LECTERN_TOOLS/python/bin/pip" install --quiet --disable-pip-version-check "aiosmtpd==$AIOSMTPD_VERSION"
}

# An S3 store of another maker, in the same environment.
file_store() {
  local python="$LECTERN_TOOLS/python/bin/python"
  "$python" -c "import importlib.metadata as m; assert m.version('moto') == '$MOTO_VERSION'" 2>/dev/null && return 0
  say "Fetching moto $MOTO_VERSION"
  "$LECTERN_TOOLS/python/bin/pip" install --quiet --disable-pip-version-check "moto[s3,server]==$MOTO_VERSION"
}

services() {
  node
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null ||
    apt_install "the tests run on it as well" postgresql
  command -v mariadbd >/dev/null || apt_install "sessions can be kept there" mariadb-server
  command -v redis-server >/dev/null || apt_install "sessions can be kept there" redis-server
  command -v nginx >/dev/null || apt_install "the tests put several nodes behind it" nginx-light
  command -v caddy >/dev/null || apt_install "reads the example that is for it" caddy
  command -v openssl >/dev/null || apt_install "makes the certificates of the tests" openssl
  command -v oathtool >/dev/null || apt_install "stands for a telephone with a code app" oathtool
  mail_server
  file_store
}

case "$want" in
  build) build ;;
  test) build; browser_tests; services; fuzzer ;;
  services) services ;;
  bench) build; services; apt_install "the load generator" wrk; apt_install "a shell for SQLite files" sqlite3 ;;
  deny) cargo_tool cargo-deny "$CARGO_DENY_VERSION" cargo-deny ;;
  *) die "setup.sh knows build, test, services, bench and deny, not $want" ;;
esac
