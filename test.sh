#!/usr/bin/env bash
# ./test.sh               installs what is missing, builds once and runs every test
# ./test.sh --containers  also runs the servers in real containers (needs root; starts a container engine of its own)
# ./test.sh Name …        only the test projects whose names contain one of the words; ui is the pages' own tests
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

eng/install.sh servers node browser foreign-worker monitoring lint
configuration=${CONFIGURATION:-Release}
dotnet build AsyncStack.sln -c "$configuration" -v quiet -nologo "-clp:ErrorsOnly;NoSummary"

passed=0 failed=0 skipped=0
failures=()
options=(-noLogo)
[ -t 1 ] || options+=(-noColor)

# One line a failure, "name: how its message begins", of tests and of what failed outside of them.
failures_of() {
  [ -f "$1" ] || return 0
  perl -0777 -ne '
    sub text { my $t = shift // ""; $t =~ s/^<!\[CDATA\[|\]\]>$//g; $t =~ s/&lt;/</g; $t =~ s/&gt;/>/g; $t =~ s/&quot;/"/g; $t =~ s/&apos;/\x27/g; $t =~ s/&#x?[0-9a-fA-F]+;/ /g; $t =~ s/&amp;/&/g; $t }
    while (/<test\s([^>]*\bresult="Fail"[^>]*)>(.*?)<\/test>|<error\s([^>]*)>(.*?)<\/error>/sg) {
      my ($attributes, $body) = defined $1 ? ($1, $2) : ($3, $4);
      my ($name) = $attributes =~ /\bname="([^"]*)"/;
      my ($type) = $attributes =~ /\btype="([^"]*)"/;
      my ($message) = $body =~ /<message>(.*?)<\/message>/s;
      my @lines = grep { /\S/ } split /\n/, text($message);
      printf "%s: %s\n", text($name // $type), substr(join(" | ", @lines[0 .. ($#lines < 3 ? $#lines : 3)]) || "no message", 0, 500);
    }' "$1"
}

run() { # test project, filter of the runner, command to run it under …
  local name=$1 filter=$2 value=$3 out status=0 line
  shift 3
  out=$(mktemp -d)
  "$@" dotnet "tests/$name/bin/$configuration/net10.0/$name.dll" "${options[@]}" -xml "$out/report.xml" "$filter" "$value" || status=$?
  line=$(grep -om1 '<assembly [^>]*>' "$out/report.xml" 2>/dev/null || true)
  while IFS= read -r failure; do failures+=("$name: $failure"); done < <(failures_of "$out/report.xml")
  rm -rf "$out"
  count() { grep -o " $1=\"[0-9]*\"" <<<"$line" | grep -o '[0-9]*' || echo 0; }
  passed=$((passed + $(count passed)))
  failed=$((failed + $(count failed) + $(count errors)))
  skipped=$((skipped + $(count skipped)))
  if [ $status -ne 0 ] && [ "$(count failed)" = 0 ] && [ "$(count errors)" = 0 ]; then
    failures+=("$name ended with code $status without a failed test")
    failed=$((failed + 1))
  fi
}

run_ui() { # types and tests of the pages, whose packages the build has installed
  local out status=0 line
  out=$(mktemp -d)
  if ! npm run --silent check; then
    failures+=("ui: vue-tsc found errors")
    failed=$((failed + 1))
  fi
  npm test --silent -- --reporter=dot --reporter=junit --outputFile.junit="$out/report.xml" || status=$?
  line=$(grep -om1 '<testsuites [^>]*>' "$out/report.xml" 2>/dev/null || true)
  while IFS= read -r failure; do failures+=("ui: $failure"); done < <(perl -0777 -ne 'while (/<testcase [^>]*name="([^"]*)"[^>]*>\s*<failure message="([^"]*)"/g) { print "$1: $2\n" }' "$out/report.xml" 2>/dev/null)
  rm -rf "$out"
  of() { grep -o " $1=\"[0-9]*\"" <<<"$line" | grep -o '[0-9]*' || echo 0; }
  failed=$((failed + $(of failures) + $(of errors)))
  passed=$((passed + $(of tests) - $(of failures) - $(of errors)))
  if [ $status -ne 0 ] && [ "$(of failures)" = 0 ] && [ "$(of errors)" = 0 ]; then
    failures+=("ui: npm test ended with code $status without a failed test")
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
if wanted ui; then
  echo "== ui"
  run_ui
fi
if $containers; then
  echo "== containers"
  for name in AsyncStack.Hosting.Tests AsyncStack.Publishing.Tests; do
    run "$name" -trait "category=Containers" tests/containers/with-engine.sh
  done
fi

[ ${#failures[@]} -eq 0 ] || printf 'failed: %s\n' "${failures[@]}"
[ "$skipped" -eq 0 ] || echo "$skipped skipped" >&2
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
