#!/usr/bin/env bash
# Makes a development certificate authority, a certificate for a server on this machine (localhost, 127.0.0.1, ::1), and
# client certificates for two partners and two operators. For development and tests only: a production server gets its
# certificates from your own authority (docs/operations.md).
#
#   certs/make-dev-certs.sh [DIR [NAME …]]     default DIR: certs/dev, which git ignores; NAME: further clients' names
#
# What is there already and valid for another week is kept, so running it again is harmless.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/dev}
days=397 # what browsers and most clients accept at most
mkdir -p "$out"
cd "$out"
umask 077

valid() { [ -f "$1.key" ] && openssl x509 -in "$1.pem" -noout -checkend $((7 * 86400)) > /dev/null 2>&1; }
new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

if ! valid ca; then
  new_key ca
  openssl req -x509 -new -key ca.key -sha256 -days 3650 -out ca.pem -subj "/O=Loyalty Development/CN=Loyalty Development CA" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign"
  rm -f -- server.pem partner-*.pem ops-*.pem # signed by the authority before
fi

# issue NAME SUBJECT EXTENSIONS
issue() {
  valid "$1" && return
  new_key "$1"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" -sha256 -days $days \
    -extfile <(printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" "$3") \
    -out "$1.pem" 2> /dev/null
  rm -f "$1.csr"
}

issue server "/O=Loyalty Development/CN=localhost" \
  $'extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'
# The common name is what the server's policy knows the caller by.
for name in partner-cathay-air partner-jade-hotels ops-lin ops-chen "${@:2}"; do
  issue "$name" "/O=Loyalty Development/CN=$name" "extendedKeyUsage=clientAuth"
done
chmod 644 -- *.pem
echo "certificates are in $out"
