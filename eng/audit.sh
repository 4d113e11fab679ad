#!/usr/bin/env bash
# Fails when something that is built or shipped has a known vulnerability. It asks the advisory databases of the package
# registries, so it is a step of CI of its own and no part of ./test.sh, which needs no network.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
echo "== NuGet"
# Warnings are errors, those of the audit too; what a package brings along counts like the package.
dotnet restore AsyncStack.sln --force -p:NuGetAudit=true -p:NuGetAuditMode=all -p:NuGetAuditLevel=low || status=1
dotnet list AsyncStack.sln package --vulnerable --include-transitive

while IFS= read -r lock; do
  folder=$(dirname "$lock")
  echo "== npm: $folder"
  case $folder in
    # The pages: what they bundle, and what bundles them.
    .) npm audit --prefix "$folder" --audit-level=moderate || status=1 ;;
    # Tools of tests and measurements, which run on one machine against themselves: told, not failed.
    *) npm audit --prefix "$folder" --audit-level=moderate || echo "only told: a tool of tests or measurements" ;;
  esac
done < <(git ls-files '*package-lock.json')
exit $status
