#!/usr/bin/env bash
# Installs what is missing, and only that: eng/install.sh servers|node|browser|bench|datasets|monitoring|lint …
# With root or password-less sudo it installs; otherwise it prints the one line to run and fails.
set -euo pipefail

has() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/usr/lib/rabbitmq/bin/$1" ]; }
has_postgres() { has postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }
has_engine() { [ "${ASYNCSTACK_RUNTIME:-}" != native ] && { docker info || podman info; } >/dev/null 2>&1; }

packages=()
need() { has "$1" || packages+=("$2"); }

for group in "$@"; do
  case $group in
    servers)
      if ! has_engine; then
        has_postgres || packages+=(postgresql)
        has redis-server || has valkey-server || packages+=(redis-server)
        need rabbitmq-server rabbitmq-server
        need nginx nginx-light
      fi ;;
    node) need node nodejs; need npm npm ;;
    browser) need chromium chromium ;;
    bench)
      need wrk wrk
      need h2load nghttp2-client
      /usr/bin/python3 -c 'import asyncpg, celery, fastapi, httptools, psycopg2, redis, uvicorn, uvloop' >/dev/null 2>&1 \
        || packages+=(python3-asyncpg python3-celery python3-fastapi python3-httptools python3-psycopg2 python3-redis python3-uvicorn python3-uvloop) ;;
    datasets) /usr/bin/python3 -c 'import pandas, scipy' >/dev/null 2>&1 || packages+=(python3-pandas python3-scipy) ;;
    lint) need yamllint yamllint; need shellcheck shellcheck ;;
    # The package brings promtool too. Its service stays off.
    monitoring) has prometheus && has promtool || packages+=(prometheus) ;;
    foreign-worker) /usr/bin/python3 -c 'import pika' >/dev/null 2>&1 || packages+=(python3-pika) ;;
    *) echo "eng/install.sh: unknown group '$group'" >&2; exit 2 ;;
  esac
done

if ! has dotnet || ! dotnet --list-sdks | grep -q '^10\.'; then
  echo "The .NET SDK 10 is missing. Install it from https://dot.net/download and run this again." >&2
  exit 1
fi

[ ${#packages[@]} -eq 0 ] && exit 0

if ! has apt-get; then
  echo "These programs are missing: ${packages[*]}. Install them with this system's package manager, or start docker or podman." >&2
  exit 1
fi

# RUNLEVEL=1 keeps the packages from starting servers on the standard ports: the graph runs its own.
install="apt-get update -q && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -yq --no-install-recommends ${packages[*]}"
if [ "$(id -u)" = 0 ]; then
  bash -c "$install" >&2
elif sudo -n true 2>/dev/null; then
  sudo bash -c "$install" >&2
else
  printf 'Programs are missing. Install them with:\n  sudo bash -c "%s"\n' "$install" >&2
  exit 1
fi
