#!/usr/bin/env bash
# Makes a cluster in containers and installs everything in it; what is there already is kept and brought up to date.
#   DEBUG_POD=true also runs a pod to look around from
set -euo pipefail
# shellcheck source=deploy/kind/common.sh
source "$(dirname "$(realpath "$0")")/common.sh"

mkdir -p "$work"
if ! has_cluster; then
  kind create cluster --name "$cluster" --config "$here/cluster.yaml" --wait 5m
fi
on_cluster create namespace "$namespace" --dry-run=client -o yaml | on_cluster apply -f -
on_cluster label namespace "$namespace" --overwrite pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/warn=restricted

version=$(tag)
load_images "$version"
install_chart "$version"
helm --kube-context "kind-$cluster" test "$release" --namespace "$namespace" --logs

if [ "${DEBUG_POD:-false}" = true ]; then
  helm --kube-context "kind-$cluster" upgrade "$release" "$chart" --namespace "$namespace" --reuse-values --set debug.enabled=true --wait
  echo "Look around: kubectl --context kind-$cluster -n $namespace exec -it deploy/$release-debug -- sh"
fi
echo "http://127.0.0.1:8080 is the entry."
