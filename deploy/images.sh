#!/usr/bin/env bash
# Makes the services' images, all of one tag, without a Dockerfile.
#   deploy/images.sh                       for the local container engine
#   deploy/images.sh push REGISTRY         into a registry, registry.example.com for one
#   deploy/images.sh archive FOLDER        as archives, for nodes without a registry (ctr images import, kind load image-archive)
# TAG sets the tag (the version unless set), BASE_IMAGE another base image.
set -euo pipefail
cd "$(dirname "$0")/.."

services=(Api Worker Notifier Web)
options=(-c Release -v quiet -nologo -t:PublishContainer)
[ -z "${TAG:-}" ] || options+=("-p:ContainerImageTag=$TAG")
[ -z "${BASE_IMAGE:-}" ] || options+=("-p:ContainerBaseImage=$BASE_IMAGE")

mode=${1:-local}
case $mode in
  local) ;;
  push) options+=("-p:ContainerRegistry=${2:?the registry is missing}") ;;
  archive) mkdir -p "${2:?the folder is missing}" ;;
  *) echo "deploy/images.sh: '$mode' is unknown; use push or archive, or nothing" >&2; exit 2 ;;
esac

for service in "${services[@]}"; do
  own=()
  [ "$mode" != archive ] || own=("-p:ContainerArchiveOutputPath=$(realpath "$2")/${service,,}.tar.gz")
  dotnet publish "AsyncStack.$service" "${options[@]}" "${own[@]}"
done
