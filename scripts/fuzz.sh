#!/usr/bin/env bash
# Runs libFuzzer, with the address sanitizer, over everything that reads what others wrote: schemas, binary messages, JSON.
#
#   scripts/fuzz.sh [SECONDS]        SECONDS: how long each of the three runs (default: 60)
#
# The corpus grows in .build-fuzz/corpus. An input that fails is left in .build-fuzz; once it is mended, it belongs into the
# tests of ProtobufRuntime or among the schemas of ProtobufCompilerTests. The compiler is called directly: the package's build
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

for target in FuzzSchema FuzzBinary FuzzJSON; do
  sources=(Tests/Fuzz/$target.swift)
  seeds=()
  if [ $target = FuzzSchema ]; then
    seeds=(Tests/ProtobufCompilerTests/Corpus/Accepted Tests/ProtobufCompilerTests/Corpus/Rejected)
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
