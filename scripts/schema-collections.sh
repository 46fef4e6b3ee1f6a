#!/usr/bin/env bash
# Fetches schemas that others wrote, on which the compiler has to agree with protoc, and prints their folders with colons
# between: those of protobuf's own sources and of googleapis-common-protos. They go into .build-conformance.
set -euo pipefail
cd "$(dirname "$0")/.."

protobuf=$(scripts/protobuf-source.sh)
googleapis=$PWD/.build-conformance/googleapis-common-protos
[ -d "$googleapis" ] ||
  python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$googleapis" \
    googleapis-common-protos==1.76.0 >&2
folders=$googleapis
for folder in src conformance benchmarks csharp/protos java/core/src/test/proto; do
  folders=$folders:$protobuf/$folder
done
echo "$folders"
