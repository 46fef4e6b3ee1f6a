#!/usr/bin/env bash
# Fetches the sources of protobuf that Debian packages (test schemas, benchmark data, the conformance runner), and prints
# the folder they are in. They are of the version of the system's libprotobuf.
#
#   scripts/protobuf-source.sh [DIR]        DIR: where everything goes (default: .build-conformance)
#
# Nothing of the system's configuration changes: a private apt list with deb-src entries is kept under DIR.
set -euo pipefail

folder=${1:-$(dirname "$0")/../.build-conformance}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
source=$folder/protobuf
if [ ! -f "$source/.complete" ]; then
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
  mkdir -p "$source"
  tar xzf "$archive" -C "$source" --strip-components=1
  touch "$source/.complete"
fi
echo "$source"
