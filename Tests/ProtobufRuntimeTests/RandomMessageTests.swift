// Random messages through every codec, and damaged ones: dynamic and generated messages are each other's oracle.

import Testing

@testable import ProtobufRuntime

/// Encodes and decodes through generated code.
private struct Generated: Sendable {
  let name: String
  /// Binary to binary and JSON.
  let fromBinary: @Sendable ([UInt8]) throws -> (binary: [UInt8], json: [UInt8])
  let fromJSON: @Sendable ([UInt8]) throws -> (binary: [UInt8], json: [UInt8])

  init<M: Message>(_ type: M.Type) {
    name = M.fullName
    @Sendable func forms(_ message: M) throws -> ([UInt8], [UInt8]) {
      var options = JSONEncodingOptions()
      options.registry = testRegistry
      return (message.serializedBytes(), try message.jsonUTF8(options: options))
    }
    fromBinary = { try forms(M(serializedBytes: $0)) }
    fromJSON = {
      var options = JSONDecodingOptions()
      options.registry = testRegistry
      return try forms(M(jsonUTF8: $0, options: options))
    }
  }
}

private let types = [Generated(Everything.self), Generated(Legacy.self), Generated(FileDescriptorProto.self)]

/// Extensions are fields to a dynamic message and unknown fields to a generated one, so damage shows differently.
private let undamagedTypes = types + [Generated(Extendable.self)]

struct RandomMessageTests {
  @Test(arguments: undamagedTypes.indices, [1, 2, 3, 4] as [UInt64])
  private func `a random message is the same through generated code, dynamic messages and JSON`(
    _ index: Int, _ seed: UInt64
  ) throws {
    let generated = undamagedTypes[index]
    var source = RandomMessages(pool: testPool, random: SeededRandom(seed: seed))
    let descriptor = try #require(testPool.message(named: generated.name))
    for round in 0..<40 {
      let message = source.message(descriptor, depth: 3)
      let bytes = message.serializedBytes()
      let (again, json) = try generated.fromBinary(bytes)
      #expect(again == bytes, "seed \(seed), round \(round)")
      #expect(try DynamicMessage(descriptor, in: testPool, serializedBytes: bytes).serializedBytes() == bytes)
      #expect(String(decoding: json, as: UTF8.self) == (try message.jsonString()))
      #expect(try generated.fromJSON(json).binary == bytes, "seed \(seed), round \(round)")
      #expect(try DynamicMessage(descriptor, in: testPool, jsonUTF8: json).serializedBytes() == bytes)
    }
  }

  @Test(arguments: types.indices, [21, 22] as [UInt64])
  private func `damaged bytes are decoded alike or refused alike, and never stop the process`(
    _ index: Int, _ seed: UInt64
  ) throws {
    let generated = types[index]
    var source = RandomMessages(pool: testPool, random: SeededRandom(seed: seed))
    let descriptor = try #require(testPool.message(named: generated.name))
    for _ in 0..<60 {
      let bytes = source.message(descriptor, depth: 2).serializedBytes()
      for _ in 0..<20 {
        let damaged = Self.damage(bytes, &source.random)
        let direct = Result { try generated.fromBinaryOnly(damaged) }
        let dynamic = Result {
          try DynamicMessage(descriptor, in: testPool, serializedBytes: damaged).serializedBytes()
        }
        switch (direct, dynamic) {
        case (.success(let left), .success(let right)): #expect(left == right, "\(damaged)")
        case (.failure(let left as WireError), .failure(let right as WireError)): #expect(left == right, "\(damaged)")
        default: Issue.record("\(direct) and \(dynamic) for \(damaged)")
        }
      }
    }
  }

  @Test(arguments: types.indices, [31, 32] as [UInt64])
  private func `damaged JSON is decoded or refused with a place inside it, and never stops the process`(
    _ index: Int, _ seed: UInt64
  ) throws {
    let generated = types[index]
    var source = RandomMessages(pool: testPool, random: SeededRandom(seed: seed))
    for _ in 0..<60 {
      let json = try source.message(generated.name, depth: 2).jsonUTF8()
      for _ in 0..<20 {
        let damaged = Self.damage(json, &source.random)
        do {
          _ = try generated.fromJSON(damaged)
        } catch let error as JSONError where error.line > 0 {
          #expect(error.column <= damaged.count + 1)
        } catch is JSONError {
          // Read, but what was read has no JSON form again: a timestamp out of range cannot come from JSON.
          Issue.record("\(String(decoding: damaged, as: UTF8.self)) was read and cannot be written")
        }
      }
    }
  }

  /// One to four bytes changed, removed, doubled or cut off.
  private static func damage(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var damaged = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard !damaged.isEmpty else { return [.random(in: 0...255, using: &random)] }
      let place = Int.random(in: damaged.indices, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: damaged[place] = .random(in: 0...255, using: &random)
      case 1: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: damaged.remove(at: place)
      case 3: damaged.insert([0, 0x7F, 0x80, 0xFF, 0x22].randomElement(using: &random)!, at: place)
      case 4: damaged.removeLast(damaged.count - place)
      default: damaged.insert(contentsOf: damaged[place..<min(place + 9, damaged.count)], at: place)
      }
    }
    return damaged
  }
}

extension Generated {
  func fromBinaryOnly(_ bytes: [UInt8]) throws -> [UInt8] {
    switch name {
    case Everything.fullName: try Everything(serializedBytes: bytes).serializedBytes()
    case Legacy.fullName: try Legacy(serializedBytes: bytes).serializedBytes()
    default: try FileDescriptorProto(serializedBytes: bytes).serializedBytes()
    }
  }
}
