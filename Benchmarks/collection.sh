#!/usr/bin/env bash
# Compiles a large collection of schemas (7,000 files, 47,000 messages, written by Codec/collection.py) with codegen and with
# protoc, and prints time and memory. The descriptor sets have to be the same, byte for byte.
#
#   Benchmarks/collection.sh            Environment: PROTOC (default: protoc on the PATH), which should be protoc 36
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd .. && pwd)
protoc=${PROTOC:-protoc}
build=$PWD/.build-codec
mkdir -p "$build"
swift build --package-path "$root" -c release --product codegen
codegen=$(swift build --package-path "$root" -c release --show-bin-path)/codegen
python3 Codec/collection.py "$build/collection"
cd "$build/collection"
find collection -name '*.proto' | sort > ../collection.txt
mapfile -t files < ../collection.txt
mkdir -p ../swift

measure() { # name, command...
  python3 - "$@" << 'END'
import os, subprocess, sys, time
start = time.time()
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
cpu = usage.ru_utime + usage.ru_stime
print(f"{sys.argv[1]}: {time.time() - start:.1f} s, CPU {cpu:.1f} s, {usage.ru_maxrss // 1024} MB")
sys.exit(os.waitstatus_to_exitcode(status))
END
}

measure "protoc, descriptor set" "$protoc" -I. --include_imports --include_source_info -o ../protoc.bin @../collection.txt
measure "codegen, descriptor set" "$codegen" -I . --include-imports --include-source-info \
  --descriptor-set-out ../codegen.bin "${files[@]}"
cmp ../protoc.bin ../codegen.bin
measure "codegen, Swift" "$codegen" -I . --module Collection --swift-out ../swift "${files[@]}"
