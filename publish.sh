#!/usr/bin/env bash
# ./publish.sh [DIR]              builds and writes the Helm chart to DIR (k8s)
# ./publish.sh DIR manifests      writes plain manifests for kubectl apply -k; or compose, a Docker Compose file
set -euo pipefail
root=$(dirname "$(realpath "$0")")

configuration=${CONFIGURATION:-Release}
dotnet build "$root/AsyncStack.AppHost" -c "$configuration" -v quiet -nologo "-clp:ErrorsOnly;NoSummary"
exec dotnet run --no-build -c "$configuration" --project "$root/AsyncStack.AppHost" -- \
  --operation publish --step publish --output-path "${1:-k8s}" --publisher "${2:-helm}"
