#!/usr/bin/env bash
# Durable accruals beside the bare disk, PostgreSQL 15 doing the same transaction, and Redis 7 with appendfsync always, in
# one run on this machine's cores, load tools included. Prints a Markdown table. Needs root (PostgreSQL refuses to be it).
#
#   Benchmarks/store.sh
#
# SECONDS_EACH  how long each measurement takes (default 10)
# ROUNDS        of those over the wire; the median counts (default 3)
# ACCRUALS      in the replayed journal (default 2000000); MEMBERS in the snapshot (default 1000000)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
work=$here/.build-store
each=${SECONDS_EACH:-10}
rounds=${ROUNDS:-3}

"$root/scripts/setup.sh" gcc nghttp2-client postgresql-15 postgresql-client-15 redis-server redis-tools
mkdir -p "$work"
echo "building" >&2
swift build --package-path "$here" -c release --product bench-server >&2
swift build --package-path "$here" -c release --product bench-store >&2
bin=$(swift build --package-path "$here" -c release --show-bin-path)
swift build --package-path "$root" -c release --product rpc-client >&2
client=$(swift build --package-path "$root" -c release --show-bin-path)/rpc-client
gcc -O2 -o "$work/sync" "$here/peers/sync/sync.c"
"$root/certs/make-dev-certs.sh" "$work/certs" > /dev/null
"$bin/bench-server" request accrue > "$work/accrue.request"

pids=()
cluster=$(mktemp -d)
chmod 755 "$cluster"
trap 'for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done; wait 2> /dev/null || true; rm -rf "$cluster"' EXIT

free_port() { # below those that the kernel gives to clients
  local port
  while port=$((12000 + RANDOM % 18000)); (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
  echo "$port"
}
await() { for _ in $(seq 200); do (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null && return; sleep 0.05; done; return 1; }
stop() { kill -TERM "$1"; wait "$1" 2> /dev/null || true; }
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
row() { printf '| %s | %s |\n' "$1" "$2"; }

# serve [SNAPSHOT_SECONDS]: a bench server with a new store; sets $server and $port
serve() {
  port=$(free_port)
  SNAPSHOT_SECONDS=${1:-} "$bin/bench-server" accrue "$port" "$work/certs/server.pem" "$work/certs/server.key" \
    > "$work/server.log" 2>&1 &
  server=$!
  pids+=("$server")
  await "$port"
}
flood() { # SHAPE CALLS: accruals a second
  h2load -n "$2" -c "${1%x*}" -m "${1#*x}" -H 'content-type: application/grpc' -H 'te: trailers' \
    -d "$work/accrue.request" "https://127.0.0.1:$port/loyalty.v1.LoyaltyService/Accrue" > "$work/flood"
  grep -qE "$2 succeeded, 0 failed" "$work/flood" || { cat "$work/flood" >&2; exit 1; }
  grep -oE '[0-9.]+ req/s' "$work/flood" | head -1 | cut -d. -f1
}
p99() { # RATE: of acknowledgements at that rate, open loop, microseconds
  "$client" bench loyalty.v1.LoyaltyService/Accrue --rate "$1" --duration "${each}s" --warmup 2s -c 8 -m 100 \
    -d '{"memberId":"M-0000123456","kind":"ACTIVITY_KIND_FLIGHT","reference":"160-0000000000000","occurredAt":"2025-11-22T00:00:00Z",
         "amount":{"currencyCode":"CNY","minorUnits":"1234500"},"idempotencyKey":"8f14e45f-ceea-467f-a0e6-0a1b2c3d4e5f"}' \
    --proto loyalty/v1/loyalty_service.proto -I "$root/schemas/api" --address "127.0.0.1:$port" --cacert "$work/certs/ca.pem" \
    --format json --fail-if 'errors>0' > "$work/latency.json"
  python3 -c 'import json, sys; print(int(json.load(open(sys.argv[1]))["latencyMilliseconds"]["p99"] * 1e3))' "$work/latency.json"
}

echo "| figure | here |"
echo "|---|---|"
read -r rate _ raw_p99 < <("$work/sync" "$work/sync.file" "$each")
row "the bare disk: 8 kB writes with fdatasync, a second; p99, us" "$rate; $raw_p99"
rm -f "$work/sync.file"
theirs=$(/usr/lib/postgresql/15/bin/pg_test_fsync -s 2 -f "$work/sync.file" | awk '$1 == "fdatasync" {print int($2); exit}')
row "the same by pg_test_fsync, a second" "$theirs"

echo "loyalty" >&2
for _ in $(seq "$rounds"); do
  serve
  flood 64x16 20000 > /dev/null
  flood 64x16 $((20000 * each)) >> "$work/rates.$$"
  stop "$server"
done
ours=$(median < "$work/rates.$$")
rm -f "$work/rates.$$"
row "durable Accrue over TLS, 64 x 16, a second" "$ours"

rate30=$((ours * 3 / 10))
for _ in $(seq "$rounds"); do
  serve
  p99 "$rate30" >> "$work/calm.$$"
  stop "$server"
  serve 2
  p99 "$rate30" >> "$work/snapshots.$$"
  stop "$server"
done
calm=$(median < "$work/calm.$$")
during=$(median < "$work/snapshots.$$")
rm -f "$work/calm.$$" "$work/snapshots.$$"
row "p99 of the acknowledgement at 30% load ($rate30 a second), us; x p99 of the bare sync" \
  "$calm; $(awk "BEGIN {printf \"%.2f\", $calm / $raw_p99}") x"
row "the same with a snapshot every 2 s; x without" "$during; $(awk "BEGIN {printf \"%.2f\", $during / $calm}") x"

echo "PostgreSQL" >&2
postgres=/usr/lib/postgresql/15/bin
as_postgres() { su postgres -s /bin/bash -c "$1"; }
chown postgres "$cluster"
as_postgres "$postgres/initdb -D $cluster/data -A trust > $cluster/log 2>&1"
pgport=$(free_port)
as_postgres "exec $postgres/postgres -D $cluster/data -p $pgport -k $cluster -c listen_addresses=127.0.0.1 \
  -c shared_buffers=1GB -c max_wal_size=8GB" > "$work/postgres.log" 2>&1 &
pids+=($!)
await "$pgport"
sleep 1
psql -q -h 127.0.0.1 -p "$pgport" -U postgres -f "$here/peers/postgresql/accrue.sql" postgres > /dev/null
for clients in 16 64; do
  tps=$(pgbench -n -h "$cluster" -p "$pgport" -U postgres -M prepared -f "$here/peers/postgresql/accrue.pgbench" \
    -c "$clients" -j 2 -T "$each" postgres 2> "$work/pgbench.log" | sed -n 's/^tps = \([0-9]*\).*/\1/p')
  row "PostgreSQL 15, the same in one transaction, $clients clients, no TLS, a second" "$tps"
done
kill -INT "$(head -1 "$cluster/data/postmaster.pid")"

echo "Redis" >&2
redisport=$(free_port)
redis-server --port "$redisport" --bind 127.0.0.1 --dir "$cluster" --appendonly yes --appendfsync always --save '' \
  > "$work/redis.log" 2>&1 &
pids+=($!)
await "$redisport"
digest=$(redis-cli -p "$redisport" SCRIPT LOAD "$(cat "$here/peers/redis/accrue.lua")")
for shape in "1 1" "64 1" "64 16"; do
  read -r clients pipeline <<< "$shape"
  requests=$((clients * pipeline >= 64 ? 30000 * each : 1000 * each))
  rps=$(redis-benchmark -p "$redisport" -c "$clients" -P "$pipeline" -n "$requests" -r 1000000000 --csv \
    EVALSHA "$digest" 0 "M-__rand_int__" "k-__rand_int__" 25600 | tail -1 | cut -d, -f2 | tr -d '"' | cut -d. -f1)
  row "Redis 7, appendfsync always, the same in a script, $clients clients x $pipeline in a row, no TLS, a second" "$rps"
done

echo "restart" >&2
"$bin/bench-store" replay "${ACCRUALS:-2000000}" | while IFS=: read -r figure value; do row "$figure" "${value# }"; done
"$bin/bench-store" snapshot "${MEMBERS:-1000000}" | while IFS=: read -r figure value; do row "$figure" "${value# }"; done
