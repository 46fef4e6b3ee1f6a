// Who the other side is, as its certificate says it.

import COpenSSL

/// The certificate of a peer. Where a server hands it to a handler, it has been verified.
public struct PeerCertificate: Sendable, Hashable {
  /// Distinguished name as RFC 2253 writes it, e.g. `CN=aurora-air,O=Aurora`.
  public let subject: String
  public let issuer: String
  /// The last common name of the subject.
  public let commonName: String?
  /// Subject alternative names.
  public let dnsNames: [String]
  public let uriNames: [String]
  public let ipAddresses: [String]
  /// SHA-256 over the DER form, 32 bytes.
  public let fingerprint: [UInt8]
  /// Seconds since 1970 in UTC.
  public let notAfter: Int64

  /// The fingerprint in lower-case hexadecimal.
  public var fingerprintText: String {
    let digits = Array("0123456789abcdef".utf8)
    var out: [UInt8] = []
    for byte in fingerprint {
      out.append(digits[Int(byte >> 4)])
      out.append(digits[Int(byte & 15)])
    }
    return String(decoding: out, as: UTF8.self)
  }
}

extension PeerCertificate {
  /// Who a client in the same process is taken for (`RPCClient(inProcess:)`): no certificate stands behind it.
  public init(commonName: String, dnsNames: [String] = [], uriNames: [String] = []) {
    subject = "CN=\(commonName)"
    issuer = ""
    self.commonName = commonName
    self.dnsNames = dnsNames
    self.uriNames = uriNames
    ipAddresses = []
    fingerprint = []
    notAfter = .max
  }

  /// - Parameter certificate: an `X509 *`, borrowed.
  init(_ certificate: OpaquePointer) {
    subject = Self.text(of: X509_get_subject_name(certificate))
    issuer = Self.text(of: X509_get_issuer_name(certificate))
    commonName = Self.commonName(of: X509_get_subject_name(certificate))
    notAfter = Self.seconds(X509_get0_notAfter(certificate))
    fingerprint = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      var length: UInt32 = 32
      let done = X509_digest(certificate, copenssl_sha256(), buffer.baseAddress, &length)
      count = done == 1 ? Int(length) : 0
    }
    var dnsNames: [String] = []
    var uriNames: [String] = []
    var ipAddresses: [String] = []
    if let raw = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) {
      let names = OpaquePointer(raw)
      for index in 0..<copenssl_general_name_count(names) {
        guard let name = copenssl_general_name_at(names, index) else { continue }
        if let text = copenssl_general_name_text(name) {
          let string = Self.string(text)
          if copenssl_general_name_type(name) == GEN_DNS { dnsNames.append(string) } else { uriNames.append(string) }
        } else if let address = copenssl_general_name_address(name) {
          ipAddresses.append(Self.address(Self.bytes(address)))
        }
      }
      GENERAL_NAMES_free(names)
    }
    self.dnsNames = dnsNames
    self.uriNames = uriNames
    self.ipAddresses = ipAddresses
  }

  private static func text(of name: OpaquePointer?) -> String {
    guard let name, let bio = BIO_new(BIO_s_mem()) else { return "" }
    defer { BIO_free(bio) }
    copenssl_name_print_rfc2253(bio, name)
    var data: UnsafeMutablePointer<CChar>?
    let count = copenssl_bio_mem_data(bio, &data)
    guard count > 0, let data else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: data, count: count), as: UTF8.self)
  }

  private static func commonName(of name: OpaquePointer?) -> String? {
    guard let name else { return nil }
    var last: Int32 = -1
    while true {
      let next = X509_NAME_get_index_by_NID(name, NID_commonName, last)
      guard next >= 0 else { break }
      last = next
    }
    guard last >= 0, let entry = X509_NAME_get_entry(name, last), let data = X509_NAME_ENTRY_get_data(entry) else {
      return nil
    }
    var utf8: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&utf8, data)
    guard count >= 0, let utf8 else { return nil }
    defer { CRYPTO_free(utf8, nil, 0) }
    return String(decoding: UnsafeRawBufferPointer(start: utf8, count: Int(count)), as: UTF8.self)
  }

  private static func bytes(_ string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
    guard let data = ASN1_STRING_get0_data(string) else { return [] }
    return Array(UnsafeBufferPointer(start: data, count: Int(ASN1_STRING_length(string))))
  }

  private static func string(_ string: UnsafePointer<ASN1_STRING>) -> String {
    String(decoding: bytes(string), as: UTF8.self)
  }

  private static func address(_ bytes: [UInt8]) -> String {
    if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
    return stride(from: 0, to: bytes.count - 1, by: 2)
      .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
      .joined(separator: ":")
  }

  private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
    guard let time, let epoch = ASN1_TIME_set(nil, 0) else { return 0 }
    defer { ASN1_STRING_free(epoch) }
    var days: Int32 = 0
    var seconds: Int32 = 0
    guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return 0 }
    return Int64(days) * 86_400 + Int64(seconds)
  }
}
