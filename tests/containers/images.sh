#!/usr/bin/env bash
# Makes small images from the packages installed on this machine. They keep to the official images' contracts as far as
# the container runtime relies on them: names of variables, paths, ports, users and entrypoints.
set -euo pipefail
cd "$(dirname "$0")"

files() { # of the packages and all they depend on
  apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$@" |
    grep -E '^[a-z0-9]' | sort -u | sed 's/:any$//' |
    while read -r package; do dpkg -L "$package" 2>/dev/null || true; done |
    grep -vE '^/usr/share/(doc|man|locale|info)/' | sort -u |
    while read -r file; do if [ -L "$file" ] || [ -f "$file" ]; then echo "${file#/}"; fi; done |
    sed -E 's,^(bin|sbin|lib|lib32|lib64)/,usr/\1/,'
}

# From the shared base, an image differs by its entrypoint only: the packages are imported once.
{
  files bash dash mawk hostname coreutils util-linux findutils grep sed libc-bin base-files base-passwd \
    postgresql redis-server rabbitmq-server nginx-light erlang-base nodejs 2>/dev/null
  printf '%s\n' bin sbin lib lib64 etc/passwd etc/group
  (cd / && find etc/alternatives -type l)
} | sort -u | tar --create --directory / --files-from - --ignore-failed-read 2>/dev/null |
  docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - asyncstack-test/base >/dev/null

for image in postgres redis rabbitmq nginx; do
  DOCKER_BUILDKIT=0 docker build --quiet --network none --tag "asyncstack-test/$image" "$image"
done

# No S3 server is packaged: s3rver stands in for MinIO, at the version that the native runtime pins.
s3=$(mktemp -d)
trap 'rm -rf "$s3"' EXIT
cp ../../AsyncStack.Hosting/s3rver/* minio/* "$s3"
(cd "$s3" && npm ci --ignore-scripts --no-audit --no-fund --silent)
DOCKER_BUILDKIT=0 docker build --quiet --network none --tag asyncstack-test/minio "$s3"
