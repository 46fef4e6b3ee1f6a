"""Google's Python protobuf as the second opinion: writes random messages, and reads what Swift wrote.

  crosscheck.py SCHEMAS write SEED COUNT    prints lines: type, binary form in hexadecimal, JSON
  crosscheck.py SCHEMAS read                takes such lines with the original's hexadecimal (or -) as a fourth column;
                                            prints what does not agree, then how many lines it read
"""
import importlib, pathlib, random, struct, sys, tempfile

import grpc_tools
from grpc_tools import protoc

schemas, mode = sys.argv[1:3]
generated = tempfile.TemporaryDirectory()
wellknown = pathlib.Path(grpc_tools.__file__).parent / "_proto"
names = ["testing/everything.proto", "testing/legacy.proto"]
assert protoc.main(["protoc", f"-I{schemas}", f"-I{wellknown}", f"--python_out={generated.name}", *names]) == 0
sys.path.insert(0, generated.name)
everything = importlib.import_module("testing.everything_pb2")
legacy = importlib.import_module("testing.legacy_pb2")

from google.protobuf import any_pb2, json_format, struct_pb2
from google.protobuf.descriptor import FieldDescriptor as F

types = {"testing.Everything": everything.Everything, "testing.Legacy": legacy.Legacy}
texts = ["", "a", 'quote"\\', "tab\tnull\0", "Zürich", "日本語", "😀", "x" * 300]
bounds = {
    F.TYPE_INT32: (32, True), F.TYPE_SINT32: (32, True), F.TYPE_SFIXED32: (32, True), F.TYPE_UINT32: (32, False),
    F.TYPE_FIXED32: (32, False), F.TYPE_INT64: (64, True), F.TYPE_SINT64: (64, True), F.TYPE_SFIXED64: (64, True),
    F.TYPE_UINT64: (64, False), F.TYPE_FIXED64: (64, False),
}


def scalar(field):
    if field.type in bounds:
        bits, signed = bounds[field.type]
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        return random.choice([low, high, 0, 1, random.randint(low, high), max(low, random.randint(-300, 300))])
    if field.type == F.TYPE_BOOL:
        return random.random() < 0.5
    if field.type == F.TYPE_STRING:
        return random.choice(texts)
    if field.type == F.TYPE_BYTES:
        return random.randbytes(random.randint(0, 20))
    if field.type == F.TYPE_ENUM:
        return random.choice(field.enum_type.values).number
    if field.type == F.TYPE_FLOAT:
        value = random.choice([0.0, 1.5, float("inf"), random.uniform(-1e6, 1e6), 1e-40])
        return struct.unpack("f", struct.pack("f", value))[0]
    return random.choice([0.0, -1.5, float("-inf"), random.uniform(-1e12, 1e12), 5e-324, 1.7976931348623157e308])


def fill(message, depth):
    name = message.DESCRIPTOR.full_name
    if name == "google.protobuf.Timestamp":
        message.seconds, message.nanos = random.randint(-62135596800, 253402300799), random.randint(0, 999999999)
    elif name == "google.protobuf.Duration":
        sign = random.choice([-1, 1])
        message.seconds, message.nanos = sign * random.randint(0, 315576000000), sign * random.randint(0, 999) * 1000
    elif name == "google.protobuf.FieldMask":
        message.paths.extend(random.sample(["a", "snake_case.path", "b.c"], 2))
    elif name in ("google.protobuf.Struct", "google.protobuf.ListValue", "google.protobuf.Value"):
        values = [None, True, "x", 1.25, [1, "y", None, {}], {"k": [False], "": {"z": -7}}]
        if name.endswith("Struct"):
            json_format.ParseDict({"a": random.choice(values), "b": random.choice(values)}, message)
        elif name.endswith("ListValue"):
            json_format.ParseDict(random.sample(values, 3), message)
        else:
            json_format.ParseDict(random.choice(values), message)
    elif name == "google.protobuf.Any":
        child = everything.Child(name=random.choice(texts), rank=random.randint(-9, 9))
        message.Pack(random.choice([child, struct_pb2.Value(number_value=2), everything.Nothing()]))
    else:
        for field in message.DESCRIPTOR.fields:
            required = field.has_presence and getattr(field, "is_required", False)
            if required or random.random() < (0.3 if depth > 1 else 0.1):
                fill_field(message, field, depth)


def fill_field(message, field, depth):
    is_map = field.message_type is not None and field.message_type.GetOptions().map_entry
    if field.message_type is not None and not is_map and depth == 0 and not field.is_required:
        return
    if is_map:
        key, value = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
        entries = getattr(message, field.name)
        for _ in range(random.randint(1, 4)):
            if value.message_type is None:
                entries[scalar(key)] = scalar(value)
            elif depth > 0:
                fill(entries[scalar(key)], depth - 1)
    elif field.is_repeated:
        values = getattr(message, field.name)
        for _ in range(random.randint(1, 5)):
            if field.message_type is not None:
                fill(values.add(), depth - 1)
            else:
                values.append(scalar(field))
    elif field.message_type is not None:
        child = getattr(message, field.name)
        child.SetInParent()
        fill(child, depth - 1)
    else:
        setattr(message, field.name, scalar(field))


if mode == "write":
    random.seed(int(sys.argv[3]))
    for index in range(int(sys.argv[4])):
        name = list(types)[index % len(types)]
        message = types[name]()
        fill(message, 3)
        text = json_format.MessageToJson(message, indent=None)
        print(name, message.SerializeToString().hex() or "-", text, sep="\t")
else:
    count = 0
    for line in sys.stdin:
        name, binary, text, original = line.rstrip("\n").split("\t")
        count += 1
        message = types[name].FromString(bytes.fromhex(binary.strip("-")))
        if json_format.Parse(text, types[name]()) != message:
            print("JSON and binary form differ:", line)
        if original != "-" and types[name].FromString(bytes.fromhex(original)) != message:
            print("not what Python wrote:", line)
    print("read", count)
