#!/usr/bin/env bash
# bench/workflows.sh          measures workflows, and beside them Celery's chains and groups in the same run, in about two minutes
# bench/workflows.sh --quick  the same with fewer rounds
# Leaves nothing running. Exit code 1: a run did not complete.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
  -h | --help) sed -n '2,4s/^# //p' "$0"; exit 0 ;;
esac

eng/install.sh servers bench
dotnet build AsyncStack.AppHost -c Release -v quiet -nologo -clp:"ErrorsOnly;NoSummary"
dotnet build bench/AsyncStack.Bench -c Release -v quiet -nologo -clp:"ErrorsOnly;NoSummary"

home=$(mktemp -d)
chmod 755 "$home"
log=$home/apphost.log
# The dashboard has every service export its telemetry, which is measured by itself.
export Dashboard__Enabled=false
export ASYNCSTACK_HOME=$home/graph ASPNETCORE_ENVIRONMENT=Production DOTNET_ENVIRONMENT=Production
graph='' bench=''
stop() {
  trap '' INT TERM
  if [ -n "$bench" ]; then
    kill -TERM "$bench" 2>/dev/null || true
    wait "$bench" 2>/dev/null || true
    kill -KILL -- "-$bench" 2>/dev/null || true # its peers, should it have been killed itself
  fi
  if [ -n "$graph" ]; then
    kill -CONT "$graph" 2>/dev/null || true
    kill -TERM "$graph" 2>/dev/null || true
    for _ in $(seq 300); do kill -0 "$graph" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$graph" 2>/dev/null || true # what it started ends with it
    wait "$graph" 2>/dev/null || true
  fi
  rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT TERM

setsid dotnet AsyncStack.AppHost/bin/Release/net10.0/AsyncStack.AppHost.dll >"$log" 2>&1 </dev/null &
graph=$!
# timeout gives the harness a process group of its own, which it shares with its peers.
timeout --kill-after=15 345 dotnet bench/AsyncStack.Bench/bin/Release/net10.0/AsyncStack.Bench.dll \
  --run-file "$ASYNCSTACK_HOME/run.json" --peers bench/peers --protos AsyncStack.Api/Grpc/Protos --limit-seconds 320 --workflows "$@" &
bench=$!
status=0
wait "$bench" || status=$?
if [ "$status" -ne 0 ]; then
  echo "The harness ended with code $status. The graph's last lines:" >&2
  tail -n 40 "$log" >&2
fi
exit "$status"
