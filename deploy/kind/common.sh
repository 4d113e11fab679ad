#!/usr/bin/env bash
# What the scripts beside this one share.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
root=$(realpath "$here/../..")
cluster=${CLUSTER:-asyncstack}
namespace=${NAMESPACE:-asyncstack}
release=asyncstack
work=$root/.asyncstack/kind
chart=$work/chart
export cluster namespace release chart

for program in kind kubectl helm docker; do
  if ! command -v "$program" >/dev/null 2>&1; then
    echo "$program is missing; see docs/deployment.md." >&2
    exit 1
  fi
done

has_cluster() { kind get clusters 2>/dev/null | grep -qx "$cluster"; }

on_cluster() { kubectl --context "kind-$cluster" --namespace "$namespace" "$@"; }

# A tag for each state of the sources, so that an image that changed is another image.
tag() { echo "dev-$(date -u +%Y%m%d%H%M%S)"; }

load_images() { # tag
  rm -rf "$work/images"
  TAG=$1 "$root/deploy/images.sh" archive "$work/images"
  for archive in "$work"/images/*.tar.gz; do
    kind load image-archive "$archive" --name "$cluster"
  done
}

install_chart() { # tag
  "$root/publish.sh" "$chart"
  helm --kube-context "kind-$cluster" upgrade "$release" "$chart" --install --namespace "$namespace" \
    --values "$here/values.yaml" --set "images.tag=$1" --wait --timeout 15m
}
