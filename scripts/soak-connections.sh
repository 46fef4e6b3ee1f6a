#!/usr/bin/env bash
# A server under load for half an hour while connections come and go: prints its memory and descriptors once a minute, and fails if
# they grow after the first sixth, or a call is lost. What the tests prove in seconds, for as long as a leak needs to show.
#
#   scripts/soak-connections.sh        Environment: MINUTES (default 30), IDLE (idle connections at first, default 10000),
#                                      BENCH_SERVER and CLIENT (programs built already)
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${MINUTES:-30}
idle=${IDLE:-10000}

scripts/setup.sh gcc
if [ -z "${BENCH_SERVER:-}" ]; then
  swift build --package-path Benchmarks -c release --product bench-server >&2
  BENCH_SERVER=$(swift build --package-path Benchmarks -c release --show-bin-path)/bench-server
fi
if [ -z "${CLIENT:-}" ]; then
  swift build -c release --product rpc-client >&2
  CLIENT=$(swift build -c release --show-bin-path)/rpc-client
fi
work=$(mktemp -d)
ours=()
trap 'for process in "${ours[@]}"; do kill "$process" 2> /dev/null || true; done; rm -rf "$work"' EXIT
gcc -O2 -o "$work/connections" Benchmarks/peers/connections/connections.c -lssl -lcrypto
certs/make-dev-certs.sh "$work/certs" > /dev/null
ulimit -n "$(ulimit -Hn)"

while port=$((12000 + RANDOM % 18000)); (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
"$BENCH_SERVER" unary "$port" "$work/certs/server.pem" "$work/certs/server.key" > "$work/server.log" 2>&1 &
server=$!
ours+=($server)
"$CLIENT" wait --for reachable --address "127.0.0.1:$port" --cacert "$work/certs/ca.pem" > /dev/null

resident() { awk '/^VmRSS/ {print $2}' "/proc/$server/status"; }
descriptors() { ls "/proc/$server/fd" | wc -l; }
at_rest=$(descriptors)

# All of them shake hands, call nobody, and are served beside those that call; then they go.
echo "opening $idle idle connections"
before=$(resident)
mkfifo "$work/hold"
"$work/connections" idle "$port" "$idle" < "$work/hold" > "$work/idle.log" 2>&1 &
holder=$!
ours+=($holder)
exec 9> "$work/hold"
while ! grep -q open "$work/idle.log"; do
  kill -0 $holder 2> /dev/null || { cat "$work/idle.log" >&2; exit 1; }
  sleep 1
done
call() { # DURATION: calls on connections of its own
  "$CLIENT" bench loyalty.v1.Bench/Accrue --proto bench.proto -I Benchmarks/Sources/BenchSchema -d '{"memberId": "M-1001"}' \
    --address "127.0.0.1:$port" --cacert "$work/certs/ca.pem" --duration "$1" -c 4 -m 8 --rate 2000 --fail-if 'errors>0' \
    > "$work/calls.log" 2>&1 || { cat "$work/calls.log" >&2; exit 1; }
}
call 5s
echo "$(descriptors) descriptors, $((($(resident) - before) / (idle > 0 ? idle : 1))) kB for each connection; calls beside them were answered"
exec 9>&-
wait $holder
for _ in $(seq 60); do [ "$(descriptors)" -le $((at_rest + 2)) ] && break; sleep 1; done
[ "$(descriptors)" -le $((at_rest + 2)) ] || { echo "$(descriptors) descriptors are open, $at_rest were" >&2; exit 1; }

end=$(($(date +%s) + minutes * 60))
settled=$(($(date +%s) + minutes * 10))
first=
echo "| minute | resident, kB | descriptors | handshakes |"
echo "|---|---|---|---|"
begun=$(date +%s)
total=0
while [ "$(date +%s)" -lt $end ]; do
  round=$(($(date +%s) + 60))
  [ $round -lt $end ] || round=$end
  while [ "$(date +%s)" -lt $round ]; do
    "$work/connections" handshakes "$port" 500 full > /dev/null
    "$work/connections" handshakes "$port" 500 resumed > /dev/null
    total=$((total + 1001))
    call 3s
  done
  now=$(resident)
  echo "| $((($(date +%s) - begun) / 60)) | $now | $(descriptors) | $total |"
  [ -n "$first" ] || [ "$(date +%s)" -lt $settled ] || first=$now
done
[ "$(descriptors)" -le $((at_rest + 2)) ] || { echo "$(descriptors) descriptors are open, $at_rest were" >&2; exit 1; }
# 2 MiB: what an allocator's arenas move by.
[ $(($(resident) - ${first:-$(resident)})) -le 2048 ] || { echo "memory grew from $first to $(resident) kB" >&2; exit 1; }
echo "flat: $total handshakes, $(descriptors) descriptors as at first"
