#!/usr/bin/env bash
# What bench.sh leaves out, of the same servers in one run: streams, large messages, handshakes, and memory of idle connections. The
# server on one core, the load on the other. Prints Markdown tables.
#
#   Benchmarks/transport.sh [TABLE...]      TABLE: messages large handshakes memory (default: all)
#
# ROUNDS   how often each figure is taken; the median counts (default 3)
# SCALE    divides calls, handshakes and connections (default 1)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
work=$here/.build-peers
rounds=${ROUNDS:-3}
scale=${SCALE:-1}
tables=("$@")
[ ${#tables[@]} -gt 0 ] || tables=(messages large handshakes memory)
source "$here/peers.sh"
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true' EXIT
build_peers grpc-go
for kind in list chat echo; do "$bin/bench-server" request $kind > "$work/$kind.request"; done

median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

# cpu METHOD REQUEST CALLS CONNECTIONS STREAMS: microseconds of the server's CPU per call; every call must be answered.
cpu() {
  local before after output
  load() { taskset -c 1 h2load -H 'content-type: application/grpc' -H 'te: trailers' -d "$work/$2.request" -n "$3" -c "$4" \
    -m "$5" -w 20 -W 20 "https://127.0.0.1:$port/loyalty.v1.Bench/$1" 2>&1; }
  load "$1" "$2" $(($4 * $5)) "$4" "$5" > /dev/null
  before=$(cpu_time "$server")
  output=$(load "$@")
  after=$(cpu_time "$server")
  grep -qE "$3 succeeded, 0 failed" <<< "$output" || { echo "$1: $output" >&2; exit 1; }
  awk -v time=$((after - before)) -v calls="$3" 'BEGIN {printf "%.3f\n", time / calls}'
}

# of_servers COMMAND...: the median of what COMMAND prints, for ours and grpc-go in turn: sets ours and theirs.
of_servers() {
  local name
  : > "$work/ours.figures"
  : > "$work/grpc-go.figures"
  for _ in $(seq "$rounds"); do
    for name in ours grpc-go; do
      start_server $name unary
      "$@" >> "$work/$name.figures"
      stop_server
    done
  done
  ours=$(median < "$work/ours.figures")
  theirs=$(median < "$work/grpc-go.figures")
}

messages() {
  echo "| messages of some 50 and 100 bytes | ours, CPU us per message | grpc-go | ours / grpc-go |"
  echo "|---|---|---|---|"
  of_servers cpu List list $((400 / scale)) 4 4
  awk -v a="$ours" -v b="$theirs" 'BEGIN {printf "| server streaming, 1,000 a call | %.3f | %.3f | %.2f |\n", a / 1000, b / 1000, a / b}'
  of_servers cpu Chat chat $((4000 / scale)) 4 8
  awk -v a="$ours" -v b="$theirs" 'BEGIN {printf "| bidirectional, 100 a call | %.3f | %.3f | %.2f |\n", a / 100, b / 100, a / b}'
  echo
}

large() {
  echo "| 1 MiB each way | ours, MB per CPU second | grpc-go | ours / grpc-go |"
  echo "|---|---|---|---|"
  of_servers cpu Echo echo $((600 / scale)) 2 4
  awk -v a="$ours" -v b="$theirs" 'BEGIN {m = 2 * 1048576; printf "| unary | %.0f | %.0f | %.2f |\n", m / a, m / b, b / a}'
  echo
}

handshakes() {
  local name kind count=$((2000 / scale))
  echo "| handshakes, one after another | server | a second | CPU us each | CPU / c-limit |"
  echo "|---|---|---|---|---|"
  for kind in full resumed; do
    local limit=
    for name in c-limit ours grpc-go; do
      : > "$work/rate"
      : > "$work/cpu"
      for _ in $(seq "$rounds"); do
        start_server $name unary
        local before
        before=$(cpu_time "$server")
        # grpc-go of this age gives tickets, too; a server without any is left out.
        if ! taskset -c 1 "$work/connections" handshakes "$port" "$count" $kind > "$work/out"; then
          cat "$work/out" >&2
          stop_server
          continue 2
        fi
        cut -d' ' -f1 "$work/out" >> "$work/rate"
        awk -v time=$(($(cpu_time "$server") - before)) -v count="$count" 'BEGIN {print time / count}' >> "$work/cpu"
        stop_server
      done
      local figure
      figure=$(median < "$work/cpu")
      [ $name = c-limit ] && limit=$figure
      awk -v kind=$kind -v name=$name -v rate="$(median < "$work/rate")" -v cpu="$figure" -v limit="${limit:-0}" \
        'BEGIN {printf "| %s | %s | %d | %.0f | %s |\n", kind, name, rate, cpu, (limit > 0 ? sprintf("%.2f", cpu / limit) : "-")}'
    done
  done
  echo
}

memory() {
  local name count=$((5000 / scale)) before after
  echo "| kB of resident memory for each of $count idle connections | without | with client certificate |"
  echo "|---|---|---|"
  for name in c-limit ours grpc-go; do
    local row="| $name |" with
    for with in "" yes; do
      start_server $name unary ${with:+"$authority"}
      before=$(resident "$server")
      coproc HOLD { exec "$work/connections" idle "$port" "$count" \
        ${with:+"$work/certs/partner-cathay-air.pem" "$work/certs/partner-cathay-air.key"}; }
      local pid=$HOLD_PID line
      read -r line <&"${HOLD[0]}"
      [ "$line" = "open $count" ] || { echo "$name: $line" >&2; exit 1; }
      sleep 1
      after=$(resident "$server")
      kill "$pid"
      wait "$pid" 2> /dev/null || true
      stop_server
      row+=$(awk -v kb=$((after - before)) -v count="$count" 'BEGIN {printf " %.1f |", kb / count}')
    done
    echo "$row"
  done
}

for table in "${tables[@]}"; do
  case $table in
    messages | large | handshakes | memory) $table ;;
    *) echo "unknown table $table" >&2; exit 2 ;;
  esac
done
