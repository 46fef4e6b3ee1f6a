#!/usr/bin/env bash
# Starts a server to try, on this machine only; with --demo makes the five calls and stops it again.
# PORT (default 8443) and DATA (default ./data; a fresh temporary folder for --demo) can be set.
set -euo pipefail
cd "$(dirname "$0")/.."

demo=false
[ "${1:-}" = --demo ] && demo=true
port=${PORT:-8443}
certs=certs/dev

scripts/setup.sh
echo "building (the first time takes some minutes)"
swift build -c release --product loyalty-server
swift build -c release --product rpc-client
certs/make-dev-certs.sh
bin=$(swift build -c release --show-bin-path)

if $demo; then
  work=$(mktemp -d)
  data=${DATA:-$work/data}
else
  work=$(mktemp -d)
  data=${DATA:-./data}
fi
ready=$work/ready

# A development master key beside the certificates; git ignores both.
[ -f "$certs/master.key" ] || "$bin/loyalty-server" keys create "$certs/master.key" > /dev/null
"$bin/loyalty-server" serve --listen "127.0.0.1:$port" --data "$data" --policy policies/sample.yaml \
  --certificate "$certs/server.pem" --key "$certs/server.key" --client-ca "$certs/ca.pem" --ready-file "$ready" --master-key-file "$certs/master.key" &
server=$!
stop() {
  kill -TERM "$server" 2> /dev/null || true
  wait "$server" 2> /dev/null && status=0 || status=$?
  rm -rf "$work"
  return $status
}
trap 'stop || true; exit 130' INT TERM

for _ in $(seq 600); do
  [ -s "$ready" ] && break
  kill -0 "$server" 2> /dev/null || { wait "$server" || status=$?; rm -rf "$work"; exit "${status:-1}"; }
  sleep 0.1
done

client() { "$bin/rpc-client" "$@" --cacert "$certs/ca.pem" --cert "$certs/$who.pem" --key "$certs/$who.key"; }
who=partner-cathay-air
key() { cat /proc/sys/kernel/random/uuid; }
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)

accrue='{"memberId":"M-1001","kind":"ACTIVITY_KIND_FLIGHT","reference":"TICKET","amount":{"currencyCode":"CNY","minorUnits":"1280000"},"occurredAt":"NOW","idempotencyKey":"KEY"}'
redeem='{"memberId":"M-1001","itemId":"ITEM","idempotencyKey":"KEY"}'
get_tier='{"memberId":"M-1001"}'
list_catalog='{"pageSize":3,"memberId":"M-1001","language":"zh-CN"}'
feedback='{"memberId":"M-1001","kind":"FEEDBACK_KIND_QUESTION","context":"FEEDBACK_CONTEXT_POINTS","text":"When do my points expire?","idempotencyKey":"KEY"}'
item=lounge-visit
fill() { sed "s/KEY/$(key)/; s/NOW/$now/; s/TICKET/160-$(date +%s%N)/; s/ITEM/$item/" <<< "$1"; }

if $demo; then
  call() {
    echo
    echo "\$ rpc-client call loyalty.v1.LoyaltyService/$1 -d '$2'"
    client call "loyalty.v1.LoyaltyService/$1" --address "127.0.0.1:$port" -d "$2"
  }
  run_calls() {
    call Accrue "$(fill "$accrue")" && call ListCatalog "$list_catalog" && call Redeem "$(fill "$redeem")" &&
      call GetTier "$get_tier" && call SubmitFeedback "$(fill "$feedback")"
  }
  run_calls && status=0 || status=$?
  echo
  stop && stopped=0 || stopped=$?
  [ $status = 0 ] && [ $stopped = 0 ] || { echo "demo failed: calls $status, server $stopped" >&2; exit 1; }
  echo "five calls made, server stopped cleanly"
  exit 0
fi

options="--cacert $certs/ca.pem --cert $certs/$who.pem --key $certs/$who.key --address 127.0.0.1:$port"
cat << TEXT

loyalty-server is ready on 127.0.0.1:$port (data in $data). In another terminal, in $PWD:

  $bin/rpc-client list $options
  $bin/rpc-client describe loyalty.v1.LoyaltyService $options
  $bin/rpc-client call loyalty.v1.LoyaltyService/Accrue $options \\
    -d '$(fill "$accrue")'
  $bin/rpc-client call loyalty.v1.LoyaltyService/ListCatalog $options \\
    -d '$list_catalog'
  $bin/rpc-client call loyalty.v1.LoyaltyService/Redeem $options \\
    -d '$(fill "$redeem")'
  $bin/rpc-client call loyalty.v1.LoyaltyService/GetTier $options \\
    -d '$get_tier'
  $bin/rpc-client call loyalty.v1.LoyaltyService/SubmitFeedback $options \\
    -d '$(fill "$feedback")'

Ctrl-C stops the server.
TEXT
trap 'kill -TERM "$server" 2> /dev/null || true' INT TERM
while kill -0 "$server" 2> /dev/null; do wait "$server" && status=0 || status=$?; done
rm -rf "$work"
exit "${status:-0}"
