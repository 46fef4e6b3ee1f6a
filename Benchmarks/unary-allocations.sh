#!/usr/bin/env bash
# Counts the server's allocations and instructions for each unary call, under callgrind, which counts the same whatever else the
# machine does. Fails if the allocations are above the budget in unary-allocations.txt.
#
#   Benchmarks/unary-allocations.sh        Environment: CALLS (default 20000), BENCH_SERVER (a program built already)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
calls=${CALLS:-20000}
"$root/scripts/setup.sh" valgrind nghttp2-client openssl binutils
if [ -z "${BENCH_SERVER:-}" ]; then
  swift build --package-path "$here" -c release --product bench-server >&2
  BENCH_SERVER=$(swift build --package-path "$here" -c release --show-bin-path)/bench-server
fi
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
# valgrind does not read all of Swift's debug information.
objcopy --strip-debug "$BENCH_SERVER" "$work/bench-server"
"$root/certs/make-dev-certs.sh" "$work/certs" > /dev/null
"$BENCH_SERVER" request unary > "$work/request"
while port=$((12000 + RANDOM % 18000)); (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done

# counted CALLS: "mallocs instructions" of a server that answers so many calls.
counted() {
  valgrind --tool=callgrind --callgrind-out-file="$work/profile" "$work/bench-server" unary "$port" \
    "$work/certs/server.pem" "$work/certs/server.key" > "$work/log" 2>&1 &
  server=$!
  for _ in $(seq 300); do (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && break; sleep 0.2; done
  h2load -H 'content-type: application/grpc' -H 'te: trailers' -d "$work/request" -c 8 -m 32 -n "$1" \
    "https://127.0.0.1:$port/loyalty.v1.Bench/Accrue" > "$work/load"
  grep -q "$1 succeeded, 0 failed" "$work/load" || { cat "$work/load" "$work/log" >&2; exit 1; }
  kill -TERM "$server"
  wait "$server" || true
  server=
  awk '
    /^cfn=\([0-9]+\)/ {
      number = $1; sub(/^cfn=/, "", number)
      if (NF > 1) name[number] = $2
      callee = name[number]
    }
    /^fn=\([0-9]+\)/ { number = $1; sub(/^fn=/, "", number); if (NF > 1) name[number] = $2 }
    /^calls=/ { split($1, count, "="); if (callee == "malloc") mallocs += count[2] }
    /^(totals|summary):/ { instructions = $2 }
    END { print mallocs + 0, instructions }' "$work/profile"
}

# What the start takes is in both, and falls out of the difference.
read -r few_mallocs few_instructions < <(counted 2000)
read -r mallocs instructions < <(counted $((2000 + calls)))
awk -v mallocs=$((mallocs - few_mallocs)) -v instructions=$((instructions - few_instructions)) -v calls="$calls" \
  -v budget="$(grep -v '^#' "$here/unary-allocations.txt")" 'BEGIN {
    printf "%.2f allocations (budget %s) and %d instructions for each unary call\n", mallocs / calls, budget, instructions / calls
    exit mallocs <= 0 || mallocs / calls > budget }'
