#!/usr/bin/env bash
# bench/run.sh                                         measures the graph, the raw broker, FastAPI + Celery, resources and gRPC, one after another
# bench/run.sh --quick                                 the same in about two minutes; the figures scatter more
# bench/run.sh --only ours|celery|raw|resources|grpc   one of them alone
# bench/run.sh --only telemetry                        what exporting everything costs: two graphs, measured in turns
# bench/run.sh --only auth                             what it costs to know who calls: two graphs, measured in turns
# Ends within six minutes of the graph's start and leaves nothing running. Exit code 1: a job was lost or done twice.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
  -h | --help) sed -n '2,7s/^# //p' "$0"; exit 0 ;;
esac

eng/install.sh servers bench node
(cd bench/peers/grpc-js && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error) \
  || { echo "The gRPC peer could not be installed from npm." >&2; exit 1; }
dotnet build AsyncStack.AppHost -c Release -v quiet -nologo -clp:"ErrorsOnly;NoSummary"
dotnet build bench/AsyncStack.Bench -c Release -v quiet -nologo -clp:"ErrorsOnly;NoSummary"

home=$(mktemp -d)
chmod 755 "$home"
log=$home/apphost.log
# The dashboard has every service export its telemetry; what that costs is measured by itself.
export Dashboard__Enabled=false
export ASYNCSTACK_HOME=$home/graph ASPNETCORE_ENVIRONMENT=Production DOTNET_ENVIRONMENT=Production
graph='' second='' bench=''
stop() {
  trap '' INT TERM
  if [ -n "$bench" ]; then
    kill -TERM "$bench" 2>/dev/null || true
    wait "$bench" 2>/dev/null || true
    kill -KILL -- "-$bench" 2>/dev/null || true # its peers, should it have been killed itself
  fi
  for started in $graph $second; do
    kill -CONT "$started" 2>/dev/null || true
    kill -TERM "$started" 2>/dev/null || true
    for _ in $(seq 300); do kill -0 "$started" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$started" 2>/dev/null || true # what it started ends with it
    wait "$started" 2>/dev/null || true
  done
  rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT TERM

setsid dotnet AsyncStack.AppHost/bin/Release/net10.0/AsyncStack.AppHost.dll >"$log" 2>&1 </dev/null &
graph=$!
more=()
if [[ " $* " == *" telemetry "* ]]; then
  # The second graph exports traces, metrics and logs of everything to the harness, which only reads and acknowledges.
  port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  overrides=()
  for service in api worker notifier web; do
    overrides+=("--Override:$service:OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:$port" "--Override:$service:OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
      "--Override:$service:OTEL_METRIC_EXPORT_INTERVAL=5000")
  done
  ASYNCSTACK_HOME=$home/exporting setsid dotnet AsyncStack.AppHost/bin/Release/net10.0/AsyncStack.AppHost.dll "${overrides[@]}" >"$home/exporting.log" 2>&1 </dev/null &
  second=$!
  more=(--exporting-run-file "$home/exporting/run.json" --otlp-sink-port "$port")
elif [[ " $* " == *" auth "* ]]; then
  # The second graph wants a key; its first one is as throw-away as its data.
  key=ask_firstkey_$(LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 43 || true)
  ASYNCSTACK_HOME=$home/guarded setsid dotnet AsyncStack.AppHost/bin/Release/net10.0/AsyncStack.AppHost.dll \
    --Override:api:Auth__Mode=Required "--Override:api:Auth__BootstrapKey=$key" >"$home/guarded.log" 2>&1 </dev/null &
  second=$!
  more=(--guarded-run-file "$home/guarded/run.json" --first-key "$key")
fi
# timeout gives the harness a process group of its own, which it shares with its peers.
timeout --kill-after=15 345 dotnet bench/AsyncStack.Bench/bin/Release/net10.0/AsyncStack.Bench.dll \
  --run-file "$ASYNCSTACK_HOME/run.json" --peers bench/peers --protos AsyncStack.Api/Grpc/Protos --limit-seconds 320 "${more[@]}" "$@" &
bench=$!
status=0
wait "$bench" || status=$?
if [ "$status" -ne 0 ]; then
  echo "The harness ended with code $status. The graph's last lines:" >&2
  tail -n 40 "$log" >&2
fi
exit "$status"
