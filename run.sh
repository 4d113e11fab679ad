#!/usr/bin/env bash
# ./run.sh         installs what is missing, builds, starts the graph and prints its addresses (Ctrl-C stops it)
# ./run.sh --demo  does the same with throw-away data, submits the samples, shows each job's way and stops again
set -euo pipefail
cd "$(dirname "$0")"

demo=false
if [ "${1:-}" = --demo ]; then
  demo=true
  shift
fi

eng/install.sh servers node
configuration=${CONFIGURATION:-Release}
dotnet build AsyncStack.AppHost -c "$configuration" -v quiet -nologo "-clp:ErrorsOnly;NoSummary"
if ! $demo; then
  exec dotnet run --no-build -c "$configuration" --project AsyncStack.AppHost -- "$@"
fi

dotnet build samples/AsyncStack.Demo -c "$configuration" -v quiet -nologo "-clp:ErrorsOnly;NoSummary"
home=$(mktemp -d)
log=$home/apphost.log
chmod 755 "$home"
export ASYNCSTACK_HOME=$home/graph
dotnet "AsyncStack.AppHost/bin/$configuration/net10.0/AsyncStack.AppHost.dll" "$@" >"$log" 2>&1 </dev/null &
graph=$!
stop() {
  kill -TERM "$graph" 2>/dev/null || true
  wait "$graph" 2>/dev/null || true
  rm -rf "$home"
}
trap stop EXIT
if ! dotnet "samples/AsyncStack.Demo/bin/$configuration/net10.0/AsyncStack.Demo.dll" "$ASYNCSTACK_HOME/run.json" "$graph"; then
  echo "The demo failed. The graph's log:" >&2
  tail -n 200 "$log" >&2
  exit 1
fi
