#!/usr/bin/env bash
# Builds protobuf's own conformance_test_runner from the sources that Debian packages, since no distribution ships the
# program, and prints its path.
#
#   scripts/conformance-runner.sh [DIR]        DIR: where everything goes (default: .build-conformance)
#
# Nothing of the system's configuration changes: a private apt list with deb-src entries is kept under DIR. Installs
# protobuf-compiler, libprotobuf-dev and g++ where they are missing (needs root for that only). About a minute, once.
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

apt_folder=$folder/apt
mkdir -p "$apt_folder/sources" "$apt_folder/lists/partial" "$apt_folder/cache/archives/partial"
sed 's/^Types:.*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources > "$apt_folder/sources/deb-src.sources"
private_apt() {
  apt-get -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$apt_folder/sources" \
    -o Dir::State::Lists="$apt_folder/lists" -o Dir::Cache="$apt_folder/cache" "$@"
}
(
  cd "$folder"
  private_apt update
  private_apt source --download-only protobuf
) >&2
archive=$(ls "$folder"/protobuf_*.orig.tar.gz)
# One name whatever the version, so that others find the schemas.
mkdir -p "$folder/protobuf"
tar xzf "$archive" -C "$folder/protobuf" --strip-components=1

source=$folder/protobuf
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
