#!/usr/bin/env bash
# Runs a command beside a container engine of its own: Debian's dockerd, started by hand over a throw-away folder, with
# images made from this machine's packages, as none can be pulled everywhere. Needs root.
#   with-engine.sh COMMAND [ARGUMENT…]
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(id -u)" -ne 0 ]; then
  echo "The container tests start a container engine, which needs root. Run: sudo ./test.sh --containers" >&2
  exit 1
fi
if [ ! -x /usr/sbin/dockerd ] || ! command -v ip >/dev/null; then
  apt-get update -q && apt-get install -y -q --no-install-recommends docker.io iproute2
fi

root=$(mktemp -d /var/tmp/asyncstack-engine.XXXXXX)
export DOCKER_HOST=unix://$root/docker.sock
# A bridge and a subnet of its own, so that an engine that already runs is not disturbed.
bridge=as$$
engine=
stop() {
  if [ -n "$engine" ]; then
    docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes >/dev/null || true
    kill "$engine" && wait "$engine" || true
  fi
  # The engine leaves the namespace of the host's network mounted.
  awk -v root="$root/" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r | xargs --no-run-if-empty umount
  ip link delete "$bridge" 2>/dev/null || true
  rm -rf "$root"
}
trap stop EXIT

ip link add "$bridge" type bridge
ip address add "10.213.$(($$ % 256)).1/24" dev "$bridge"
ip link set "$bridge" up
/usr/sbin/dockerd --bridge "$bridge" --data-root "$root/data" --exec-root "$root/exec" -p "$root/pid" -H "$DOCKER_HOST" >"$root/log" 2>&1 &
engine=$!
for _ in $(seq 300); do
  docker info >/dev/null 2>&1 && break
  kill -0 "$engine" 2>/dev/null || { cat "$root/log" >&2; engine=; exit 1; }
  sleep 0.2
done

tests/containers/images.sh
for image in postgres redis rabbitmq nginx minio; do
  export "ASYNCSTACK_IMAGE_${image^^}=asyncstack-test/$image"
done
export ASYNCSTACK_RUNTIME=container
"$@"
