// What people write - feedback, answers, reasons, evidence - and what profiles say, on its way into records and back. In the ledger it stands under the
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
  ///   - dropping: words about a member who was erased are not kept, for what the books need all the same; otherwise they
  ///     are refused.
  ///   - permission: what the caller must be allowed to do; who is not gets no further than the refusal that follows.
  ///   - find: the member that it is of or about.
  func words(
    _ text: String, _ attachments: [String] = [], key: String, dropping: Bool = false, _ permission: Permission,
    _ context: ServerContext,
    _ find: @Sendable (borrowing Ledger, Caller) throws(Refusal) -> String
  ) async throws -> PersonalWords {
    // Nothing was written.
    if text.isEmpty, attachments.isEmpty { return .clear }
    let bytes = Words(text: text, attachments: attachments).serializedBytes()
    return try await seal(bytes, key: key, dropping: dropping, permission, context, find)
  }

  /// Encrypts what only the member's key may open. What is about nobody (an empty id) stays in clear.
  func seal(
    _ bytes: [UInt8], key: String, dropping: Bool = false, _ permission: Permission, _ context: ServerContext,
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
    case .success(""): return .clear
    case .success(let id): member = id
    case .failure(let refusal): return .nobody(refusal)
    }
    do {
      return .sealed(SealedWords(member: member, sealed: try await personal.seal(bytes, member: member, request: key)))
    } catch PersonalDataError.erased {
      if dropping { return .sealed(SealedWords(member: member)) }
      return .nobody(Refusal(.memberErased, ["memberId": member]))
    } catch {
      throw RPCError(storeError: error)
    }
  }

  /// As `words`, for the member of an earlier record: a redemption, a shared post, a claim, what is undone. The member is
  /// the one it was of then, whoever that one has been merged into since and whatever has become of the record, so that a
  /// repeated request is known again.
  /// - Parameters:
  ///   - record: its sequence. What names no record is told by the checks that follow.
  ///   - open: the member, as long as the ledger has it in memory; else empty.
  func words(
    _ text: String, about record: UInt64, key: String, _ permission: Permission, _ context: ServerContext,
    open: @Sendable (borrowing Ledger) -> String = { _ in "" }
  ) async throws -> PersonalWords {
    guard programme.personal != nil, !text.isEmpty, record > 0 else { return .clear }
    var member = programme.store.read { open($0) }.value
    if member.isEmpty {
      // History is read from the disk: not on the connection's loop.
      await Task.yield()
      do { member = try programme.history.record(at: record)?.concerned ?? "" } catch StoreError.notRetained {
        return .clear
      } catch { throw RPCError(storeError: error) }
    }
    return try await words(text, key: key, dropping: true, permission, context) { [member] (_, _) throws(Refusal) in
      member
    }
  }

  /// What a record says: in clear, or under the member's key; nothing once the member is erased.
  func words(_ sealed: SealedWords?, or text: String, _ attachments: [String] = []) throws -> Words {
    guard let sealed else { return Words(text: text, attachments: attachments) }
    guard let bytes = try programme.personal?.open(sealed.sealed, member: sealed.member) else { return Words() }
    return try Words(serializedBytes: bytes)
  }
}

extension Record {
  /// The first member that it is about; empty for none.
  fileprivate var concerned: String {
    if let first = members.first { return first }
    return switch input {
    case .adjustment(let input): input.member
    case .reinstatement(let input): input.member
    case .merge(let input): input.into
    case .erasure(let input): input.member
    default: ""
    }
  }
}
