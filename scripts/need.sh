#!/bin/sh
# need.sh sees to what the tests use beyond Go: the PostgreSQL 15 server (every store test runs on both engines),
# curl and jq (a test runs the commands of the README). What is missing is installed by apt when that is allowed
# (root, or sudo without a password); otherwise one line says what to install. Programs named as arguments are needed too:
# the browser tests take chromium.
set -eu

missing=
for tool in initdb postgres pg_ctl; do
	[ -x "/usr/lib/postgresql/15/bin/$tool" ] || missing=postgresql-15
done
for tool in curl jq "$@"; do
	command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
missing=${missing# }
[ -n "$missing" ] || exit 0

stop() {
	echo "The tests need: $missing. $1" >&2
	echo "Install it, then run make test again. On Debian 12: apt-get install $missing" >&2
	exit 1
}

command -v apt-get >/dev/null 2>&1 || stop "There is no apt-get here."
if [ "$(id -u)" -eq 0 ]; then
	root=
elif sudo -n true >/dev/null 2>&1; then
	root="sudo -n"
else
	stop "Installing it takes root."
fi

echo "installing $missing"
apt="$root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300"
$apt update </dev/null || echo "apt-get update failed; trying with the package lists that are here" >&2
# shellcheck disable=SC2086 # both are lists of words
$apt install -y --no-install-recommends $missing </dev/null || stop "apt-get could not install it."
