#!/usr/bin/env bash
# Installs the Debian packages that are missing: the C libraries that the product stands on, and what certificates and
# tests need. Arguments name further packages. Needs root only where something is missing.
set -euo pipefail

packages=(libssl-dev libnghttp2-dev zlib1g-dev pkg-config openssl "$@")
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    echo "this needs root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q > /dev/null
  apt-get install -y -q --no-install-recommends "${missing[@]}" > /dev/null
fi
command -v swift > /dev/null || { echo "swift is not on the PATH: Swift 6.3 is needed, see https://www.swift.org/install" >&2; exit 1; }
