// Certificates for the tests, made by the openssl command in a folder of their own: no key is kept in the repository.

import Foundation

@testable import LoyaltyRPC

/// Two authorities, servers' and clients' certificates.
struct TestCertificates: Sendable {
  let folder: String

  static let shared = Result { try TestCertificates() }

  private init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "loyalty-rpc-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let script = """
      set -e
      cd '\(folder)'
      ca() {
        openssl ecparam -name prime256v1 -genkey -noout -out $1.key
        openssl req -x509 -new -key $1.key -days 2 -subj "/O=Test/CN=$1" -out $1.pem \
          -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
      }
      issue() { # name authority subject extension from to
        openssl ecparam -name prime256v1 -genkey -noout -out $1.key
        openssl req -new -key $1.key -subj "$3" -out $1.csr
        printf '%s\\n' basicConstraints=critical,CA:FALSE "$4" > $1.ext
        openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days ${5:-2} -extfile $1.ext \
          -out $1.pem
      }
      ca authority
      ca stranger
      issue server authority /CN=localhost subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
      issue other authority /CN=other subjectAltName=DNS:other.example,DNS:*.wild.example
      issue partner authority "/O=Aurora/CN=aurora-air" subjectAltName=URI:spiffe://aurora/air,DNS:air.aurora.example
      issue unknown stranger /CN=unknown subjectAltName=DNS:unknown.example
      openssl ecparam -name prime256v1 -genkey -noout -out expired.key
      openssl req -new -key expired.key -subj /CN=expired -out expired.csr
      printf '%s\\n' basicConstraints=critical,CA:FALSE subjectAltName=DNS:localhost,IP:127.0.0.1 > expired.ext
      mkdir -p db && : > db/index && echo 01 > db/serial
      printf '%s\\n' '[ca]' 'default_ca=c' '[c]' 'database=db/index' 'serial=db/serial' 'new_certs_dir=db' \
        'default_md=sha256' 'default_crl_days=2' 'policy=p' '[p]' 'commonName=supplied' > db/cnf
      openssl ca -batch -notext -config db/cnf -cert authority.pem -keyfile authority.key -in expired.csr \
        -out expired.pem -extfile expired.ext -startdate 20200101000000Z -enddate 20200201000000Z
      crl() { openssl ca -config db/cnf -gencrl -cert authority.pem -keyfile authority.key -out $1; }
      crl none.crl
      openssl ca -config db/cnf -cert authority.pem -keyfile authority.key -revoke partner.pem
      crl partner.crl
      """
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", script]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
  }

  struct Failed: Error { let status: Int32 }

  func file(_ name: String) -> PEMSource { .file("\(folder)/\(name)") }

  func server(
    _ name: String = "server", clientCertificate: ServerTLSConfiguration.ClientCertificate = .none
  ) -> ServerTLSConfiguration {
    ServerTLSConfiguration(
      certificateChain: file("\(name).pem"), privateKey: file("\(name).key"), clientCertificate: clientCertificate)
  }

  func client(
    as name: String? = nil, trusting authority: String = "authority", serverName: String? = nil
  ) -> ClientTLSConfiguration {
    ClientTLSConfiguration(
      trustRoots: .authorities(file("\(authority).pem")),
      identity: name.map {
        ClientTLSConfiguration.Identity(certificateChain: file("\($0).pem"), privateKey: file("\($0).key"))
      },
      serverName: serverName)
  }
}
