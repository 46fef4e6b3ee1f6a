#!/usr/bin/env bash
# Proves the tree: the Swift tests of each target, then from outside (Python's gRPC stack, grpcurl, protoc, buf) the
# calls, the error cases, the policy file, and durability under SIGKILL. SKIP_CONFORMANCE=1 leaves out the official
# protobuf conformance suite, which builds a C++ runner first.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh python3 python3-venv git ruby-grpc gcc protobuf-c-compiler libprotobuf-c-dev
venv=.venv
if ! cmp -s Tests/Interop/requirements.txt $venv/requirements.txt 2> /dev/null; then
  rm -rf $venv
  python3 -m venv $venv
  $venv/bin/pip install -q --disable-pip-version-check -r Tests/Interop/requirements.txt
  cp Tests/Interop/requirements.txt $venv/requirements.txt
fi
export PATH="$PWD/$venv/bin:$PATH" PROTOC="$PWD/$venv/bin/protoc" PYTHON="$PWD/$venv/bin/python"

echo "== schemas"
buf lint

echo "== Swift"
swift build --build-tests
swift test --skip-build

if [ -z "${SKIP_CONFORMANCE:-}" ]; then
  echo "== protobuf conformance"
  scripts/conformance.sh
fi

echo "== from outside"
LOYALTY_BIN=$(swift build --show-bin-path) python -m pytest -q -p no:cacheprovider Tests/Interop
