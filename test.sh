#!/usr/bin/env bash
# ./test.sh               installs what is missing, builds once and runs every test
# ./test.sh --containers  also runs the servers in real containers (needs root; starts a container engine of its own)
# ./test.sh Name …        only the test projects whose names contain one of the words
set -euo pipefail
cd "$(dirname "$0")"

containers=false
words=()
for argument in "$@"; do
  case $argument in
    --containers) containers=true ;;
    *) words+=("$argument") ;;
  esac
done

eng/install.sh servers node foreign-worker
configuration=${CONFIGURATION:-Release}
dotnet build AsyncStack.sln -c "$configuration" -v quiet -nologo "-clp:ErrorsOnly;NoSummary"

passed=0 failed=0 skipped=0
failures=()
options=(-noLogo)
[ -t 1 ] || options+=(-noColor)

run() { # test project, filter of the runner, command to run it under …
  local name=$1 filter=$2 value=$3 out status=0 line
  shift 3
  out=$(mktemp -d)
  "$@" dotnet "tests/$name/bin/$configuration/net10.0/$name.dll" "${options[@]}" -xml "$out/report.xml" "$filter" "$value" || status=$?
  line=$(grep -om1 '<assembly [^>]*>' "$out/report.xml" 2>/dev/null || true)
  while IFS= read -r test; do failures+=("$name: $test"); done < <(
    grep -o '<test [^>]* result="Fail"[^>]*>\|<error [^>]*>' "$out/report.xml" 2>/dev/null | grep -o ' name="[^"]*"' | cut -d'"' -f2)
  rm -rf "$out"
  count() { grep -o " $1=\"[0-9]*\"" <<<"$line" | grep -o '[0-9]*' || echo 0; }
  passed=$((passed + $(count passed)))
  failed=$((failed + $(count failed) + $(count errors)))
  skipped=$((skipped + $(count skipped)))
  if [ $status -ne 0 ] && [ "$(count failed)" = 0 ] && [ "$(count errors)" = 0 ]; then
    echo "$name ended with code $status without a failed test" >&2
    failed=$((failed + 1))
  fi
}

wanted() {
  [ ${#words[@]} -eq 0 ] && return
  for word in "${words[@]}"; do [[ $1 == *"$word"* ]] && return; done
  return 1
}

for project in tests/*.Tests; do
  name=$(basename "$project")
  if wanted "$name"; then
    echo "== $name"
    run "$name" -trait- "category=Containers"
  fi
done
if $containers; then
  echo "== containers"
  run AsyncStack.Hosting.Tests -trait "category=Containers" tests/containers/with-engine.sh
fi

[ ${#failures[@]} -eq 0 ] || printf 'failed: %s\n' "${failures[@]}"
[ "$skipped" -eq 0 ] || echo "$skipped skipped" >&2
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
