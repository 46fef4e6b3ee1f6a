// Services and their methods.
import ProtobufRuntime

extension Parser {
  /// `service Name { … }`
  mutating func parseService(
    _ service: inout ServiceDescriptorProto, _ location: SourceTable.Location
  ) throws(Abandoned) {
    try expect(.service)
    do {
      let name = begin(location, Path.Service.name)
      defer { end(name) }
      service.name = try expectIdentifier("Expected service name.")
    }
    try expectEnd("{", of: location)
    while !takeEnd("}", of: nil) {
      guard !atEnd else {
        throw fail("Reached end of input in service definition (missing '}').")
      }
      do {
        try parseServiceStatement(&service, location)
      } catch {
        skipStatement()
      }
    }
  }

  private mutating func parseServiceStatement(
    _ service: inout ServiceDescriptorProto, _ parent: SourceTable.Location
  ) throws(Abandoned) {
    if takeEnd(";", of: nil) { return }
    if at(.option) {
      let location = begin(parent, Path.Service.options)
      defer { end(location) }
      try parseOptionStatement(&service.options, location)
    } else {
      let location = begin(parent, Path.Service.method, service.method.count)
      defer { end(location) }
      var method = MethodDescriptorProto()
      defer { service.method.append(method) }
      try parseMethod(&method, location)
    }
  }

  /// `rpc Name (stream Request) returns (stream Response);`, or with options in braces.
  private mutating func parseMethod(
    _ method: inout MethodDescriptorProto, _ location: SourceTable.Location
  ) throws(Abandoned) {
    try expect(.rpc)
    do {
      let name = begin(location, Path.Method.name)
      defer { end(name) }
      method.name = try expectIdentifier("Expected method name.")
    }
    if try parseMethodType(
      &method.inputType, location, stream: Path.Method.clientStreaming, type: Path.Method.inputType)
    {
      method.clientStreaming = true
    }
    try expect(.returns)
    if try parseMethodType(
      &method.outputType, location, stream: Path.Method.serverStreaming, type: Path.Method.outputType)
    {
      method.serverStreaming = true
    }

    guard at("{") else {
      try expectEnd(";", of: location)
      return
    }
    try expectEnd("{", of: location)
    // Braces make the options present, even empty ones.
    method.options = MethodOptions()
    while !takeEnd("}", of: nil) {
      guard !atEnd else {
        throw fail("Reached end of input in method options (missing '}').")
      }
      if takeEnd(";", of: nil) { continue }
      let options = begin(location, Path.Method.options)
      defer { end(options) }
      do {
        try parseOptionStatement(&method.options, options)
      } catch {
        skipStatement()
      }
    }
  }

  /// `(stream Type)`; returns whether it streams.
  private mutating func parseMethodType(
    _ type: inout String?, _ location: SourceTable.Location, stream: Int32, type typeComponent: Int32
  ) throws(Abandoned) -> Bool {
    try expect("(")
    var isStreaming = false
    if at(.stream) {
      let streamLocation = begin(location, stream)
      lexer.next()
      end(streamLocation)
      isStreaming = true
    }
    do {
      let typeLocation = begin(location, typeComponent)
      defer { end(typeLocation) }
      type = try parseTypeName()
    }
    try expect(")")
    return isStreaming
  }
}
