#!/usr/bin/env bash
# bench/datasets.sh                                   jobs on 100 MB and 1 GB CSVs beside pandas and DuckDB, about 20 minutes
# bench/datasets.sh --quick                           100 MB alone
# bench/datasets.sh --only ours|pandas|duckdb|upload  one of them alone
# bench/datasets.sh --only kill                       kills, of two workers, the one that runs a job on 1 GB, and looks for what remains
# bench/datasets.sh --keep …                          keeps the made files for the next run
# The files go to $ASYNCSTACK_BENCH_FOLDER, or below $TMPDIR; with the graph's copies they take up to 8 GB.
# Ends by itself and leaves nothing running. Exit code 1: something failed, or the answers differ.
set -euo pipefail
cd "$(dirname "$0")/.."

keep=false only='' arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed -n '2,8s/^# //p' "$0"; exit 0 ;;
    --keep) keep=true ;;
    --quick) arguments+=("$1") ;;
    --only) only=${2:?--only needs ours, pandas, duckdb, upload or kill}; arguments+=("$1" "$2"); shift ;;
    *) echo "bench/datasets.sh: unknown option '$1'; see --help" >&2; exit 2 ;;
  esac
  shift
done
case $only in
  '' | ours | pandas | duckdb | upload | kill) ;;
  *) echo "bench/datasets.sh: --only is '$only'; it must be ours, pandas, duckdb, upload or kill" >&2; exit 2 ;;
esac

groups=()
case $only in '' | ours | upload | kill) groups+=(servers) ;; esac
case $only in '' | pandas) groups+=(datasets) ;; esac
case $only in '' | duckdb | upload) groups+=(node) ;; esac
eng/install.sh "${groups[@]}"
case $only in '' | duckdb)
  (cd bench/datasets/peers/duckdb && npm ci --no-audit --no-fund --loglevel=error) \
    || { echo "DuckDB could not be installed from npm; --only ours or --only pandas does without it." >&2; exit 1; } ;;
esac
project=bench/datasets/AsyncStack.Bench.Datasets
dotnet build AsyncStack.AppHost -c Release -v quiet -nologo -clp:"ErrorsOnly;NoSummary"
dotnet build $project -c Release -v quiet -nologo -clp:"ErrorsOnly;NoSummary"

folder=${ASYNCSTACK_BENCH_FOLDER:-${TMPDIR:-/tmp}/asyncstack-bench-datasets}
mkdir -p "$folder"
home=$(mktemp -d)
chmod 755 "$home"
export ASPNETCORE_ENVIRONMENT=Production DOTNET_ENVIRONMENT=Production
graph='' bench=''
stop_graph() {
  [ -n "$graph" ] || return 0
  kill -TERM "$graph" 2>/dev/null || true
  for _ in $(seq 300); do kill -0 "$graph" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$graph" 2>/dev/null || true # what it started ends with it
  wait "$graph" 2>/dev/null || true
  graph=''
}
stop() {
  trap '' INT TERM
  if [ -n "$bench" ]; then
    kill -TERM "$bench" 2>/dev/null || true
    wait "$bench" 2>/dev/null || true
    kill -KILL -- "-$bench" 2>/dev/null || true # its peers, should it have been killed itself
  fi
  stop_graph
  rm -rf "$home"
  rm -rf "$folder"/answer* "$folder"/*.unfinished
  $keep || rm -f "$folder/100MB.csv" "$folder/1GB.csv"
  rmdir "$folder" 2>/dev/null || true
}
trap stop EXIT
trap 'exit 130' INT TERM

status=0
measure() { # seconds, arguments of the harness …
  local limit=$1 code=0
  shift
  # timeout gives the harness a process group of its own, which it shares with its peers.
  timeout --kill-after=15 $((limit + 30)) dotnet $project/bin/Release/net10.0/AsyncStack.Bench.Datasets.dll \
    --folder "$folder" --peers bench/datasets/peers --limit-seconds "$limit" "$@" &
  bench=$!
  wait "$bench" || code=$?
  bench=''
  if [ $code -ne 0 ]; then
    status=1
    echo "The harness ended with code $code." >&2
    if [ -n "$graph" ]; then tail -n 20 "$home/apphost.log" >&2; fi
  fi
}
start_graph() { # storage driver, arguments of the graph …
  export ASYNCSTACK_HOME=$home/$1 ASYNCSTACK_STORAGE=$1 Dashboard__Enabled=false
  setsid dotnet AsyncStack.AppHost/bin/Release/net10.0/AsyncStack.AppHost.dll "${@:2}" >"$home/apphost.log" 2>&1 </dev/null &
  graph=$!
}

case $only in
  pandas | duckdb) measure 1800 "${arguments[@]}" ;;
  kill)
    # Little memory, so that there are temporary files when the worker is killed.
    mkdir "$home/spill"
    start_graph file --Replicas:worker=2 "--Override:worker:Datasets__TempPath=$home/spill" --Override:worker:Datasets__JobMemoryBytes=16777216
    measure 1200 --run-file "$home/file/run.json" "${arguments[@]}" ;;
  *)
    start_graph file
    measure 2400 --run-file "$home/file/run.json" "${arguments[@]}"
    stop_graph
    case $only in '' | upload)
      echo "With the S3 driver:"
      start_graph s3
      measure 300 --run-file "$home/s3/run.json" --quick --only upload
    esac ;;
esac
exit "$status"
