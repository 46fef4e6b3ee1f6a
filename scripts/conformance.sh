#!/usr/bin/env bash
# Runs protobuf's official conformance suite, recommended cases included, against the generated code and against
# DynamicMessage. No failure is expected, and none is allowed; neither is a run in which too little was asked.
#
#   scripts/conformance.sh             Environment: CONFORMANCE_PACKAGE, the package under test (default: this one);
#                                      CODEGEN, a codegen that is built already
#
# Everything goes into .build-conformance: the runner, the suite's schemas and their generated Swift, the testee.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
folder=$root/.build-conformance
package=${CONFORMANCE_PACKAGE:-$root}
runner=$("$root/scripts/conformance-runner.sh" "$folder")

if [ -z "${CODEGEN:-}" ]; then
  swift build --package-path "$package" --product codegen >&2
  CODEGEN=$(swift build --package-path "$package" --product codegen --show-bin-path)/codegen
fi

testee=$folder/testee
sources=$testee/Sources/conformance-testee
mkdir -p "$sources"
cp "$root"/Tests/Conformance/conformance-testee/*.swift "$sources/"
"$CODEGEN" --proto-path "$folder/protobuf/conformance" --proto-path "$folder/protobuf/src" --access internal \
  --module conformance_testee --swift-out "$sources" \
  conformance.proto google/protobuf/test_messages_proto2.proto google/protobuf/test_messages_proto3.proto
cat > "$testee/Package.swift" <<END
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "conformance-testee",
  dependencies: [.package(name: "loyalty", path: "$package")],
  targets: [
    .executableTarget(
      name: "conformance-testee", dependencies: [.product(name: "ProtobufRuntime", package: "loyalty")])
  ],
  swiftLanguageModes: [.v6]
)
END
swift build --package-path "$testee" >&2
program=$(swift build --package-path "$testee" --show-bin-path)/conformance-testee

# The runner counts text format as skipped; binary and JSON together are this many, and a smaller number means that
# cases were not run.
least=2000
status=0
for mode in generated dynamic; do
  log=$folder/$mode.log
  argument=()
  [ "$mode" = dynamic ] && argument=(--dynamic)
  "$runner" --enforce_recommended --output_dir "$folder" "$program" "${argument[@]}" > "$log" 2>&1 || true
  # The first suite is binary and JSON, the second text format.
  summary=$(grep -m1 'CONFORMANCE SUITE' "$log" || echo 'the runner did not finish')
  echo "$mode: $summary"
  successes=$(sed -n 's/.*: \([0-9]*\) successes.*/\1/p' <<< "$summary")
  failures=$(sed -n 's/.* \([0-9]*\) unexpected failures.*/\1/p' <<< "$summary")
  if [ "${successes:-0}" -lt "$least" ] || [ "${failures:-1}" -ne 0 ]; then
    echo "$mode: see $log" >&2
    status=1
  fi
done
exit $status
