// Texts in the ledger's records: encrypted here, kept there. Whoever erases the member makes them unreadable wherever
// records are - journal, history, backups - without touching one of them.

extension PersonalDataStore {
  private static let saltLength = 16

  /// Encrypts a text for a record, under the member's key, which is durable when this returns.
  ///
  /// The same text of the same request gives the same bytes, so that a repeated request can be told from another one: the
  /// salt is a keyed hash of both, as in the synthetic nonces of RFC 8452.
  /// - Parameter request: what names the request, such as its idempotency key.
  /// - Throws: `PersonalDataError.erased`, `.name`; `StoreError`.
  public func seal(_ text: [UInt8], member: String, request: String) async throws -> [UInt8] {
    Self.sealed(text, try await key(of: member), member: member, request: request)
  }

  /// The same text of the same request gives the same bytes.
  static func sealed(_ text: [UInt8], _ key: SecretKey, member: String, request: String) -> [UInt8] {
    let info = Array("loyalty words salt".utf8) + Array("\(request.utf8.count)/".utf8) + Array(request.utf8) + text
    let salt = key.derive(info).withBytes { [UInt8]($0.prefix(Self.saltLength)) }
    return salt
      + FileCipher(Self.wordsKey(key, salt)).sealed(text.span.bytes, place: 0, context: Array(member.utf8))
  }

  /// A text from a record; nil when the member has been erased, or has lost the key otherwise.
  /// - Throws: `PersonalDataError.unreadable` for what this member's key has not sealed.
  public func open(_ sealed: [UInt8], member: String) throws -> [UInt8]? {
    guard let key = keys.read({ $0.keys[member] }).value else { return nil }
    guard sealed.count >= Self.saltLength,
      let text = FileCipher(Self.wordsKey(key.secret, Array(sealed.prefix(Self.saltLength)))).opened(
        sealed.span.bytes.extracting(Self.saltLength...), place: 0, context: Array(member.utf8))
    else { throw PersonalDataError.unreadable(member: member, slot: "words") }
    return text
  }

  private static func wordsKey(_ key: SecretKey, _ salt: [UInt8]) -> SecretKey {
    key.derive(Array("loyalty words".utf8) + salt)
  }
}
