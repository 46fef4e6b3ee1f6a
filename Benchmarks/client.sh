#!/usr/bin/env bash
# rpc-client as a load generator beside h2load, on one core, in turn against the same servers on the other core: calls per
# second, and the client's own CPU per call, which says the same when the machine is busy. Prints a Markdown table.
#
#   Benchmarks/client.sh        Environment: ROUNDS (default 3), CALLS (default 100000), SHAPES (default "8x32 1x100")
#                               CLIENT, BENCH_SERVER, C_LIMIT: programs that are built already
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
rounds=${ROUNDS:-3}
calls=${CALLS:-100000}
shapes=${SHAPES:-8x32 1x100}

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
if [ -z "${CLIENT:-}" ]; then
  swift build --package-path "$root" -c release --product rpc-client >&2
  CLIENT=$(swift build --package-path "$root" -c release --product rpc-client --show-bin-path)/rpc-client
fi
if [ -z "${BENCH_SERVER:-}" ]; then
  swift build --package-path "$here" -c release --product bench-server >&2
  BENCH_SERVER=$(swift build --package-path "$here" -c release --product bench-server --show-bin-path)/bench-server
fi
if [ -z "${C_LIMIT:-}" ]; then
  C_LIMIT=$work/c-limit
  cc -O2 -o "$C_LIMIT" "$here/peers/c-limit/server.c" -lssl -lcrypto -lnghttp2
fi
"$root/certs/make-dev-certs.sh" "$work/certs" > /dev/null
"$BENCH_SERVER" request unary > "$work/request"
json='{"memberId":"M-1001","partnerId":"cathay-air","amountMinor":"1280000","currency":"CNY","idempotencyKey":"5f1d0a52-3c1d",
  "occurredAt":"1700000000","tags":["flight","summer"]}'

free_port() { # below those that the kernel gives to clients
  local port
  while port=$((12000 + RANDOM % 18000)); (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
  echo "$port"
}
cpu() { awk -v calls="$calls" '{printf "%.1f", ($1 + $2) * 1e6 / calls}' "$work/time"; }
timed() { /usr/bin/time -o "$work/time" -f "%U %S" taskset -c 1 "$@" > "$work/out"; }

echo "| server | connections x streams | round | h2load, calls/s | rpc-client, calls/s | h2load, CPU us | rpc-client, CPU us |"
echo "|---|---|---|---|---|---|---|"
for name in c-limit unary; do
  port=$(free_port)
  command=("$C_LIMIT")
  [ $name = unary ] && command=("$BENCH_SERVER" unary)
  taskset -c 0 "${command[@]}" "$port" "$work/certs/server.pem" "$work/certs/server.key" > "$work/log" 2>&1 &
  server=$!
  "$CLIENT" wait --for reachable --address "127.0.0.1:$port" --cacert "$work/certs/ca.pem" > /dev/null
  for shape in $shapes; do
    for round in $(seq "$rounds"); do
      timed h2load -n "$calls" -c "${shape%x*}" -m "${shape#*x}" -H 'content-type: application/grpc' -H 'te: trailers' \
        -d "$work/request" "https://127.0.0.1:$port/loyalty.v1.Bench/Accrue"
      theirs=$(grep -oE '[0-9.]+ req/s' "$work/out" | head -1 | cut -d. -f1)
      their_cpu=$(cpu)
      timed "$CLIENT" bench loyalty.v1.Bench/Accrue -n "$calls" -c "${shape%x*}" -m "${shape#*x}" -d "$json" \
        --proto bench.proto -I "$here/Sources/BenchSchema" --address "127.0.0.1:$port" --cacert "$work/certs/ca.pem" \
        --format json --fail-if 'errors>0'
      ours=$(sed -n 's/^  "rate": \([0-9]*\).*/\1/p' "$work/out")
      echo "| $name | $shape | $round | $theirs | $ours | $their_cpu | $(cpu) |"
    done
  done
  kill "$server"
  wait "$server" 2> /dev/null || true
  server=
done
