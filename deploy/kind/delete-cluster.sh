#!/usr/bin/env bash
# Removes the cluster with all its data; without one there is nothing to do.
set -euo pipefail
# shellcheck source=deploy/kind/common.sh
source "$(dirname "$(realpath "$0")")/common.sh"

if has_cluster; then
  kind delete cluster --name "$cluster"
fi
rm -rf "$work"
