#!/usr/bin/env bash
# Brings the cluster to the state of the sources: new images, new chart, same data.
set -euo pipefail
# shellcheck source=deploy/kind/common.sh
source "$(dirname "$(realpath "$0")")/common.sh"

if ! has_cluster; then
  echo "There is no cluster '$cluster'; start-cluster.sh makes one." >&2
  exit 1
fi
version=$(tag)
load_images "$version"
install_chart "$version"
