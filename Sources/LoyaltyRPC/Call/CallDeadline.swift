// The deadline of the call that a task answers, which the calls that it makes inherit: nobody waits for them longer.

import NIOCore

enum CallDeadline {
  /// Of the call whose handler runs in this task or in one that it made; nil outside of handlers.
  @TaskLocal static var current: NIODeadline?

  /// The earlier of the deadline that a caller asks for and the one it is bound by itself.
  static func of(timeout: Duration?) -> NIODeadline? {
    let own = timeout.map { NIODeadline.now() + TimeAmount($0) }
    guard let inherited = current else { return own }
    return own.map { min($0, inherited) } ?? inherited
  }
}
