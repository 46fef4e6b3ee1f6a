#!/usr/bin/env bash
# Server CPU per call of this project's stack beside a C program that does nothing but TLS and HTTP/2 (c-limit) and
# grpc-go, all in one run: the server pinned to one core, the load tool (h2load) to another. Prints a Markdown table.
#
#   Benchmarks/bench.sh [NAME...]     NAME: c-limit grpc-go unary accrue (default: all)
#
# SHAPES   connections x streams, default "1x1 8x1 1x100 8x32 64x16"
# ROUNDS   how often each server is measured; the median counts (default 3). Figures of different runs do not compare:
#          it is the ratio that lasts.
# SCALE    divides the number of requests (default 1)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
work=$here/.build-peers
shapes=${SHAPES:-1x1 8x1 1x100 8x32 64x16}
rounds=${ROUNDS:-3}
scale=${SCALE:-1}
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(c-limit grpc-go unary accrue)

source "$here/peers.sh"
build_peers "${names[@]}"
"$bin/bench-server" request unary > "$work/unary.request"
"$bin/bench-server" request accrue > "$work/accrue.request"

# measure NAME ROUND: a line "shape name cpu-us req/s p50-us p99-us" for each shape
measure() {
  local name=$1 port path=/loyalty.v1.Bench/Accrue request=$work/unary.request command
  port=$(free_port)
  case $name in
    c-limit | grpc-go) command=("$work/$name" "$port" "$certificate" "$key") ;;
    unary) command=("$bin/bench-server" unary "$port" "$certificate" "$key") ;;
    accrue)
      command=("$bin/bench-server" accrue "$port" "$certificate" "$key")
      path=/loyalty.v1.LoyaltyService/Accrue
      request=$work/accrue.request
      ;;
    *) echo "unknown server $name" >&2; exit 2 ;;
  esac
  taskset -c 0 "${command[@]}" > "$work/$name.log" 2>&1 &
  local server=$! sent=0 ok
  for _ in $(seq 100); do (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && break; sleep 0.1; done
  kill -0 $server 2> /dev/null || { echo "$name did not start:" >&2; cat "$work/$name.log" >&2; exit 1; }
  load() { taskset -c 1 h2load -H 'content-type: application/grpc' -H 'te: trailers' -d "$request" "$@" \
    "https://127.0.0.1:$port$path" 2>&1; }
  for shape in $shapes; do
    local connections=${shape%x*} streams=${shape#*x} requests before after output
    requests=$(((connections * streams >= 64 ? 120000 : 12000) / scale))
    load -n $((requests / 10)) -c "$connections" -m "$streams" > /dev/null
    rm -f "$work/times"
    before=$(cpu_time $server)
    output=$(load -n "$requests" -c "$connections" -m "$streams" --log-file="$work/times")
    after=$(cpu_time $server)
    sent=$((sent + requests / 10 + requests))
    read -r p50 p99 < <(cut -f3 "$work/times" | sort -n |
      awk '{t[NR] = $1} END {print t[int((NR + 1) / 2)], t[int(NR * 0.99 + 0.5)]}')
    echo "$shape $name $(((after - before) * 1000 / requests)) \
$(grep -oE '[0-9.]+ req/s' <<< "$output" | head -1 | cut -d' ' -f1) $p50 $p99"
    grep -qE "$requests succeeded, 0 failed" <<< "$output" || { echo "$name $shape: $output" >&2; exit 1; }
  done
  kill -TERM $server
  wait $server 2> /dev/null || true
  # h2load calls a refusal a success; the bench server knows how many calls it answered OK.
  case $name in
    unary | accrue)
      ok=$(sed -n 's/^answered OK: \([0-9]*\).*/\1/p' "$work/$name.log")
      [ "${ok:-0}" = "$sent" ] || { echo "$name answered ${ok:-none} of $sent calls OK:" >&2; cat "$work/$name.log" >&2; exit 1; }
      ;;
  esac
}

: > "$work/results"
for round in $(seq "$rounds"); do
  for name in "${names[@]}"; do
    echo "round $round: $name" >&2
    measure "$name" >> "$work/results"
  done
done

echo "| connections x streams | server | CPU per call, us | x c-limit | calls/s | p50, us | p99, us |"
echo "|---|---|---|---|---|---|---|"
median() { awk -v column="$1" -v shape="$2" -v name="$3" '$1 == shape && $2 == name {print $column}' "$work/results" |
  sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
for shape in $shapes; do
  floor=$(median 3 "$shape" c-limit)
  for name in "${names[@]}"; do
    cpu=$(median 3 "$shape" "$name")
    awk -v shape="$shape" -v name="$name" -v cpu="$cpu" -v floor="${floor:-0}" -v rate="$(median 4 "$shape" "$name")" \
      -v p50="$(median 5 "$shape" "$name")" -v p99="$(median 6 "$shape" "$name")" 'BEGIN {
        ratio = floor > 0 ? sprintf("%.2f", cpu / floor) : "-"
        printf "| %s | %s | %.2f | %s | %d | %d | %d |\n", shape, name, cpu / 1000, ratio, rate, p50, p99 }'
  done
done
