// `extend`: fields for a message declared elsewhere.
import ProtobufRuntime

extension Parser {
  /// `extend Foo { … }`, at the top of a file or in a message; `nested` takes the messages that groups in it declare.
  mutating func parseExtend(
    _ extensions: inout [FieldDescriptorProto], nested: inout [DescriptorProto],
    _ location: SourceTable.Location, parent: SourceTable.Location, nestedComponent: Int32
  ) throws(Abandoned) {
    lexer.next()
    let extendeeStart = current
    let extendee = try parseTypeName()
    let extendeeEnd = lexer.previous
    try expectEnd("{", of: location)

    repeat {
      guard !atEnd else {
        throw fail("Reached end of input in extend definition (missing '}').")
      }
      let fieldLocation = begin(location, Int32(truncatingIfNeeded: extensions.count))
      defer { end(fieldLocation) }
      let extendeeLocation = table.begin(fieldLocation, Path.Field.extendee, at: extendeeStart)
      table.end(extendeeLocation, at: extendeeEnd)

      var field = FieldDescriptorProto()
      field.extendee = extendee
      defer { extensions.append(field) }
      do {
        try parseField(&field, nested: &nested, fieldLocation, parent: parent, nestedComponent: nestedComponent)
      } catch {
        skipStatement()
      }
    } while !takeEnd("}", of: nil)
  }
}
