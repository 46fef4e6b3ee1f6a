# To be sourced, with `here`, `root` and `work` set: builds bench-server and the servers and tools that it is held against, and has
# what the benchmarks share. Sets bin, certificate, key and authority.

# build_peers NAME...: grpc-go is built if it is among them.
build_peers() {
  "$root/scripts/setup.sh" gcc nghttp2-client openssl golang-go golang-google-grpc-dev protobuf-compiler \
    protoc-gen-go-1-3 util-linux
  mkdir -p "$work"
  echo "building" >&2
  swift build --package-path "$here" -c release --product bench-server >&2
  bin=$(swift build --package-path "$here" -c release --show-bin-path)
  gcc -O2 -o "$work/c-limit" "$here/peers/c-limit/server.c" -lnghttp2 -lssl -lcrypto
  gcc -O2 -o "$work/connections" "$here/peers/connections/connections.c" -lssl -lcrypto
  if [[ " $* " == *" grpc-go "* ]]; then
    local go=$work/go
    mkdir -p "$go/src/bench"
    protoc -I "$here/Sources/BenchSchema" \
      --plugin=protoc-gen-go="$(command -v protoc-gen-go-1-3 || command -v protoc-gen-go)" \
      --go_out=plugins=grpc:"$go/src" bench.proto
    cp "$here/peers/grpc-go/main.go" "$go/src/bench/"
    (cd "$go/src/bench" && GO111MODULE=off GOPATH="$go:/usr/share/gocode" GOFLAGS= go build -o "$work/grpc-go" .)
  fi
  "$root/certs/make-dev-certs.sh" "$work/certs" > /dev/null
  certificate=$work/certs/server.pem
  key=$work/certs/server.key
  authority=$work/certs/ca.pem
}

free_port() { # below those that the kernel gives to clients, which linger after a run
  local port
  while port=$((12000 + RANDOM % 18000)); (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
  echo "$port"
}
# Microseconds that the threads of a process have run, user and system. The clock ticks of /proc/PID/stat are 10 ms: a twelfth of what
# 100,000 small calls take.
cpu_time() { cat "/proc/$1"/task/*/schedstat | awk '{sum += $1} END {printf "%d\n", sum / 1000}'; }
resident() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; } # kB

# start_server NAME KIND [CLIENT-CA]: on core 0; sets server and port. KIND is bench-server's; the others have one.
start_server() {
  local name=$1 kind=$2
  shift 2
  port=$(free_port)
  local command=("$work/$name")
  [ "$name" = ours ] && command=("$bin/bench-server" "$kind")
  taskset -c 0 "${command[@]}" "$port" "$certificate" "$key" "$@" > "$work/$name.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && break; sleep 0.1; done
  kill -0 $server 2> /dev/null || { echo "$name did not start:" >&2; cat "$work/$name.log" >&2; exit 1; }
}
stop_server() {
  kill -TERM "$server"
  wait "$server" 2> /dev/null || true
  server=
}
