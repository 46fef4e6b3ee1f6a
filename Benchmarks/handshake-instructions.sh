#!/usr/bin/env bash
# Counts the server's instructions in user space for each connection that is made, greeted and closed, full and resumed, under
# callgrind, which counts the same whatever else the machine does: ours beside c-limit. Prints a Markdown table.
#
#   Benchmarks/handshake-instructions.sh       Environment: COUNT (connections, default 200), BENCH_SERVER (a program built already),
#                                              PROFILES (a folder that keeps callgrind's files)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
count=${COUNT:-200}
"$root/scripts/setup.sh" valgrind openssl gcc binutils
if [ -z "${BENCH_SERVER:-}" ]; then
  swift build --package-path "$here" -c release --product bench-server >&2
  BENCH_SERVER=$(swift build --package-path "$here" -c release --show-bin-path)/bench-server
fi
work=$(mktemp -d)
profiles=${PROFILES:-$work}
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
# valgrind does not read all of Swift's debug information.
objcopy --strip-debug "$BENCH_SERVER" "$work/ours"
gcc -O2 -o "$work/c-limit" "$here/peers/c-limit/server.c" -lnghttp2 -lssl -lcrypto
gcc -O2 -o "$work/connections" "$here/peers/connections/connections.c" -lssl -lcrypto
"$root/certs/make-dev-certs.sh" "$work/certs" > /dev/null

# counted NAME KIND CONNECTIONS: instructions of a server that takes so many.
counted() {
  local port kind=()
  while port=$((12000 + RANDOM % 18000)); (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
  [ "$1" = c-limit ] || kind=(unary)
  valgrind --tool=callgrind --callgrind-out-file="$profiles/$1-$2-$3" "$work/$1" "${kind[@]}" "$port" \
    "$work/certs/server.pem" "$work/certs/server.key" > "$work/log" 2>&1 &
  server=$!
  for _ in $(seq 300); do (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && break; sleep 0.2; done
  "$work/connections" handshakes "$port" "$3" "$2" > "$work/out" || { cat "$work/out" "$work/log" >&2; exit 1; }
  kill -TERM "$server"
  wait "$server" || true
  server=
  awk '/^(totals|summary):/ { print $2; exit }' "$profiles/$1-$2-$3"
}

echo "| handshakes | c-limit, instructions | ours | ours / c-limit |"
echo "|---|---|---|---|"
for kind in full resumed; do
  # What the start takes is in both, and falls out of the difference.
  limit=$((($(counted c-limit $kind $((20 + count))) - $(counted c-limit $kind 20)) / count))
  ours=$((($(counted ours $kind $((20 + count))) - $(counted ours $kind 20)) / count))
  awk -v kind=$kind -v limit=$limit -v ours=$ours \
    'BEGIN { printf "| %s | %d | %d | %.2f |\n", kind, limit, ours, ours / limit }'
done
