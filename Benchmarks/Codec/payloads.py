#!/usr/bin/env python3
"""Writes the payloads of the benchmark: payloads.py DATASETS SCHEMAS PROTOC OUTPUT

One file a message, in binary form. Those of google_message1 and 2 are what lies in protobuf's benchmark data sets.
"""
import pathlib
import subprocess
import sys

datasets, schemas, protoc, output = map(pathlib.Path, sys.argv[1:])


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def first_payload(path):
    """Field 3 of a BenchmarkDataset, all of whose fields are length-delimited."""
    data, at = path.read_bytes(), 0
    while True:
        tag, at = varint(data, at)
        length, at = varint(data, at)
        if tag == 3 << 3 | 2:
            return data[at : at + length]
        at += length


def encode(message, text):
    command = [protoc, f"--encode=codec.{message}", f"-I{schemas}", "codec.proto"]
    return subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, check=True).stdout


accrue = """member_id: "M-100147110815" partner_id: "cathay-air" amount_minor: 1280000 currency: "CNY"
idempotency_key: "5f1d0a52-7c3e-4b" reference: "160-2345678901" category: "flight/economy/long-haul" """
deep = ""
for level in range(50, 0, -1):
    deep = f'level: {level} name: "level {level}" ' + (f"child {{ {deep} }}" if deep else "")
numbers = list(range(-16, 48))
wide = f"""d1: 1.5 f1: 0.25 i1: -7 l1: 123456789012 u1: 77 v1: 9876543210 s1: -300 t1: -5000000000 x1: 1 y1: 2 z1: -3 w1: -4
b1: true n1: "the first name" a1: "\\001\\002\\003\\377" d2: -1e9 f2: 3 i2: 2147483647 l2: -1 u2: 4000000000 v2: 1 s2: 5 t2: 6
x2: 4000000000 y2: 9999999999 z2: 7 w2: 8 b2: true n2: "the second name, which is longer" a2: "0123456789abcdef0123456789"
reals: {[n / 8 for n in numbers]} smalls: {[n * 1000 for n in numbers]} larges: {[n * 10**10 for n in numbers]}
codes: {[n + 16 for n in numbers]} flags: [{", ".join(["true", "false"] * 16)}]
names: {[f"name number {n}" for n in range(16)]}
""".replace("'", '"')
wide += " ".join(f'counts {{ key: "counter {n}" value: {n} }} texts {{ key: {n} value: "text {n}" }}' for n in range(16))

for name, payload in {
    "accrue": encode("AccrueRequest", accrue),
    "deep": encode("Deep", deep),
    "wide": encode("Wide", wide),
    "google1": first_payload(datasets / "google_message1/proto3/dataset.google_message1_proto3.pb"),
    "google2": first_payload(datasets / "google_message2/dataset.google_message2.pb"),
}.items():
    (output / f"{name}.bin").write_bytes(payload)
    print(f"{name}: {len(payload)} bytes", file=sys.stderr)
