#!/usr/bin/env bash
# Proves the tree: the Swift tests of each target, then from outside (Python's gRPC stack, grpcurl, protoc, buf) the
# calls, the error cases, the policy file, and durability under SIGKILL, power loss and failing disks.
# SKIP_CONFORMANCE=1 leaves out the official protobuf conformance suite, which builds a C++ runner first.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh git curl ruby-grpc gcc protobuf-c-compiler libprotobuf-c-dev e2fsprogs xfsprogs strace grpc-proto
source scripts/python.sh

echo "== schemas"
buf lint

echo "== Swift"
swift build --build-tests
# Sixteen at a time: all at once are hundreds of servers with their threads, files and megabytes of journal. What computes
# for minutes comes by itself: it would take the few threads that all asynchronous tests share.
long='SimulationTests|ModelTests'
SCHEMA_COLLECTIONS=$(scripts/schema-collections.sh) swift test --skip-build --experimental-maximum-parallelization-width 16 \
  --skip "$long"
swift test --skip-build --filter "$long"

if [ -z "${SKIP_CONFORMANCE:-}" ]; then
  echo "== protobuf conformance"
  scripts/conformance.sh
fi

echo "== from outside"
LOYALTY_BIN=$(swift build --show-bin-path) python -m pytest -q -p no:cacheprovider Tests/Interop
