#!/usr/bin/env bash
# Builds protobuf's own conformance_test_runner from the sources that Debian packages, since no distribution ships the
# program, and prints its path.
#
#   scripts/conformance-runner.sh [DIR]        DIR: where everything goes (default: .build-conformance)
#
# Installs protobuf-compiler, libprotobuf-dev and g++ where they are missing (needs root for that only). About a minute,
# once.
set -euo pipefail

folder=${1:-$(dirname "$0")/../.build-conformance}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
runner=$folder/conformance_test_runner
if [ -x "$runner" ]; then
  echo "$runner"
  exit 0
fi

# The runner links the system's libprotobuf, so its sources have to be of that same version.
packages=(protobuf-compiler libprotobuf-dev g++)
dpkg-query -W "${packages[@]}" >/dev/null 2>&1 || apt-get install -y -q "${packages[@]}" >&2

source=$("$(dirname "$0")/protobuf-source.sh" "$folder")
generated=$folder/runner/generated
objects=$folder/runner/objects
mkdir -p "$generated" "$objects"
test_messages=(src/google/protobuf/test_messages_proto2.proto src/google/protobuf/test_messages_proto3.proto)
cd "$source"
# By its path: another protoc on the PATH would write code for another libprotobuf.
/usr/bin/protoc -Iconformance -Isrc --cpp_out="$generated" conformance/conformance.proto "${test_messages[@]}"
find conformance -maxdepth 1 \( -name 'conformance_test*.cc' -o -name '*_conformance_suite.cc' \) > "$folder/runner/units"
find conformance/third_party/jsoncpp "$generated" \( -name '*.cpp' -o -name '*.cc' \) >> "$folder/runner/units"
compile() {
  g++ -std=c++14 -O1 -w -I"$generated" -Iconformance -I. -Isrc -Iconformance/third_party/jsoncpp \
    -c "$1" -o "$objects/$(basename "$1").o"
}
export -f compile
export generated objects
xargs -P "$(nproc)" -I{} bash -c 'set -e; compile {}' < "$folder/runner/units" >&2
g++ -o "$runner.new" "$objects"/*.o -lprotobuf -lpthread
mv "$runner.new" "$runner"
echo "$runner"
