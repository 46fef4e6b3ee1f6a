// What people write - feedback, answers, reasons - on its way into records and back. In the ledger it stands under the
// member's own key, so that erasing the member erases it.

import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore

/// A text for a record.
enum PersonalWords: Sendable {
  /// As it is: only where a programme has no personal data, as in tests.
  case clear
  case sealed(SealedWords)
  /// There is no such member for this caller.
  case nobody(Refusal)

  var sealed: SealedWords? {
    if case .sealed(let words) = self { return words }
    return nil
  }

  var refusal: Refusal? {
    if case .nobody(let refusal) = self { return refusal }
    return nil
  }

  /// What the record says in clear.
  func clear<T>(_ text: T, _ empty: T) -> T {
    if case .clear = self { return text }
    return empty
  }
}

extension ProgrammeHandlers {
  /// Encrypts what somebody has written.
  /// - Parameters:
  ///   - key: the request's idempotency key.
  ///   - permission: what the caller must be allowed to do; who is not gets no further than the refusal that follows.
  ///   - find: the member that it is of or about.
  func words(
    _ text: String, _ attachments: [String] = [], key: String, _ permission: Permission, _ context: ServerContext,
    _ find: @Sendable (borrowing Ledger, Caller) throws(Refusal) -> String
  ) async throws -> PersonalWords {
    guard let personal = programme.personal else { return .clear }
    let caller = try situation(context).caller
    if let refusal = caller.refusal(for: permission) { return .nobody(refusal) }
    let found = programme.store.read { ledger -> Result<String, Refusal> in
      do throws(Refusal) { return .success(try find(ledger, caller)) } catch { return .failure(error) }
    }.value
    let member: String
    switch found {
    case .success(let id): member = id
    case .failure(let refusal): return .nobody(refusal)
    }
    do {
      let bytes = Words(text: text, attachments: attachments).serializedBytes()
      return .sealed(SealedWords(member: member, sealed: try await personal.seal(bytes, member: member, request: key)))
    } catch PersonalDataError.erased {
      return .nobody(Refusal(.memberErased, ["memberId": member]))
    } catch {
      throw RPCError(storeError: error)
    }
  }

  /// What a record says: in clear, or under the member's key; nothing once the member is erased.
  func words(_ sealed: SealedWords?, or text: String, _ attachments: [String] = []) throws -> Words {
    guard let sealed else { return Words(text: text, attachments: attachments) }
    guard let bytes = try programme.personal?.open(sealed.sealed, member: sealed.member) else { return Words() }
    return try Words(serializedBytes: bytes)
  }
}
