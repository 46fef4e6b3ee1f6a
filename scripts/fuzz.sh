#!/usr/bin/env bash
# Runs libFuzzer, with the address sanitizer, over everything that reads what others wrote: schemas, binary messages, JSON,
# and what of gRPC, gRPC-Web and Connect is no message.
#
#   scripts/fuzz.sh [SECONDS]        SECONDS: how long each of the four runs (default: 60)
#
# The corpus grows in .build-fuzz/corpus. An input that fails is left in .build-fuzz; once it is mended, it belongs into the
# tests of ProtobufRuntime or LoyaltyRPC, or among the schemas of ProtobufCompilerTests. The compiler is called directly: the package's build
# would instrument codegen, too, which its own plugin runs.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
folder=$PWD/.build-fuzz
mkdir -p "$folder/generated"
swift build --product codegen
"$(swift build --show-bin-path)/codegen" -I Tests/ProtobufRuntimeTests/Schemas --access internal \
  --swift-out "$folder/generated" testing/everything.proto testing/legacy.proto

flags=(-sanitize=fuzzer,address -use-ld=lld -g -Onone -whole-module-optimization -swift-version 6 -parse-as-library -package-name loyalty -I "$folder")
for module in ProtobufRuntime ProtobufCompiler; do
  mapfile -t sources < <(find "Sources/$module" -name '*.swift')
  newest=$(find "Sources/ProtobufRuntime" "Sources/$module" -name '*.swift' -newer "$folder/$module-code.o" 2> /dev/null || echo all)
  if [ -n "$newest" ]; then
    echo "compiling $module"
    swiftc "${flags[@]}" -module-name $module -emit-module -emit-module-path "$folder/$module.swiftmodule" \
      -c "${sources[@]}" -o "$folder/$module-code.o"
  fi
done

# The part of LoyaltyRPC that needs no network: a module of that name, so that its tests' helpers serve here, too.
mkdir -p "$folder/generated-rpc"
"$(swift build --show-bin-path)/codegen" -I Sources/LoyaltyRPC/Schemas --swift-out "$folder/generated-rpc" \
  google/rpc/status.proto google/rpc/error_details.proto
rpc=("$folder"/generated-rpc/*.swift Sources/LoyaltyRPC/TLS/TLSError.swift)
for name in CallLimits Compression GRPCTimeout HeaderBytes MessageDeframer MessageEncoding MessageFrame MessageRun Metadata MetadataBase64 \
  MethodDescriptor MethodPaths PercentEncoding RequestHead RPCError StatusCode StatusDetails; do
  rpc+=("Sources/LoyaltyRPC/Call/$name.swift")
done
for name in ConnectError ConnectProtocol ConnectQuery GRPCWebProtocol WebBody WebCodec WebContentType WebProtocol WebRequest; do
  rpc+=("Sources/LoyaltyRPC/Web/$name.swift")
done
rpc+=(Sources/LoyaltyRPC/HTTP2/HeaderBlock.swift Sources/LoyaltyRPC/Client/Retry/{AttemptPlan,RetryPolicy}.swift)
for name in Balancer ChannelState ConnectionBackoff ConnectionFailure ConnectivityState PickFirst RoundRobin \
  ServerAddress; do rpc+=("Sources/LoyaltyRPC/Client/Channel/$name.swift"); done
echo "compiling the part of LoyaltyRPC that needs no network"
flags+=(-I Sources/CNGHTTP2 -I Sources/CZlib)
swiftc "${flags[@]}" -module-name LoyaltyRPC -enable-testing -emit-module \
  -emit-module-path "$folder/LoyaltyRPC.swiftmodule" -c "${rpc[@]}" -o "$folder/LoyaltyRPC-code.o"

for target in FuzzSchema FuzzBinary FuzzJSON FuzzRPC; do
  sources=(Tests/Fuzz/$target.swift)
  seeds=()
  if [ $target = FuzzSchema ]; then
    seeds=(Tests/ProtobufCompilerTests/Corpus/Accepted Tests/ProtobufCompilerTests/Corpus/Rejected)
  elif [ $target = FuzzRPC ]; then
    sources+=(Tests/LoyaltyRPCTests/{ChannelFuzz,AttemptFuzz}.swift Tests/Fuzz/FuzzRequestHead.swift "$folder/LoyaltyRPC-code.o" -lnghttp2 -lz)
  else
    sources+=(Tests/Fuzz/FuzzMessages.swift "$folder"/generated/*.swift)
  fi
  echo "compiling $target"
  swiftc "${flags[@]}" -module-name $target "${sources[@]}" "$folder"/Protobuf{Compiler,Runtime}-code.o -o "$folder/$target"
  corpus=$folder/corpus/$target
  mkdir -p "$corpus"
  "$folder/$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 \
    -artifact_prefix="$folder/$target-" "$corpus" "${seeds[@]}"
done
