#!/usr/bin/env python3
"""Writes a large collection of schemas, the same one each time: collection.py FOLDER

7,000 files in 350 packages with 47,000 messages, in the proportions of public collections: mostly small messages of
scalars, some enums, maps and oneofs, types of other files, comments, a service in every seventh file.
"""
import pathlib
import random
import sys

folder = pathlib.Path(sys.argv[1])
random.seed(4711)
files, messages, files_in_package = 7_000, 47_000, 20
words = """account address amount balance booking card category channel city code contact country currency customer date detail
device discount email event expiry fare filter flight guest hotel image index invoice item kind label language level limit
line location member merchant method name note number offer order owner page partner passenger payment period phone place
plan point policy price product profile program quantity range rate rating reason record reference region request resource
result review room route rule schedule score seat segment service session source stage state status stay store supplier tag
tariff tax template term ticket tier time token total transfer trip type unit user value vendor version voucher zone""".split()
scalars = ["string"] * 10 + ["int64"] * 4 + ["int32"] * 4 + ["bool"] * 4 + ["double"] * 2 + "bytes uint32 uint64 sint32 fixed64 float".split()


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def field_names(count):
    names = set()
    while len(names) < count:
        names.add("_".join(random.sample(words, random.choice([1, 2, 2, 3]))))
    return sorted(names)


types = []  # (file index, full name) of earlier messages
left = messages
for index in range(files):
    package_index, file_index = divmod(index, files_in_package)
    package = f"collection.p{package_index:03}.v1"
    own, imports, body = [], set(), []
    count = left // (files - index)
    left -= count
    for number in range(count):
        name = f"{camel(random.choice(words))}{camel(random.choice(words))}{index}x{number}"
        lines = [f"// {random.choice(words).capitalize()} of a {random.choice(words)}, with its {random.choice(words)}.", f"message {name} {{"]
        if random.random() < 0.25:
            prefix = f"{random.choice(words)}_kind".upper()
            lines += [f"  enum {camel(prefix.lower())} {{", f"    {prefix}_UNSPECIFIED = 0;"]
            lines += [f"    {prefix}_{word.upper()} = {value};" for value, word in enumerate(random.sample(words, 4), 1)]
            lines += ["  }", f"  {camel(prefix.lower())} own_kind = 900;"]
        names = field_names(random.choice([1, 2, 3, 4, 5, 6, 8, 10, 15, 25]))
        for tag, field in enumerate(names, 1):
            if random.random() < 0.3:
                lines.append(f"  // The {field.replace('_', ' ')}.")
            if own and random.random() < 0.15:
                kind = random.choice(own)
            elif types and random.random() < 0.08:
                origin, kind = random.choice(types)
                imports.add(origin)
            else:
                kind = random.choice(scalars)
            form = random.random()
            if form < 0.04:
                kind = f"map<string, {kind}>"
            elif form < 0.2:
                kind = "repeated " + kind
            elif form < 0.25:
                kind = "optional " + kind
            lines.append(f"  {kind} {field} = {tag};")
        if random.random() < 0.08:
            lines += ["  oneof chosen {", "    string chosen_text = 901;", "    int64 chosen_number = 902;", "  }"]
        own.append(name)
        body += [*lines, "}", ""]
    if index % 7 == 0:
        body += [f"service Service{index} {{"]
        body += [f"  rpc {verb}{index}({random.choice(own)}) returns ({random.choice(own)});" for verb in ("Get", "List")]
        body += ["}", ""]
    head = ['syntax = "proto3";', "", f"package {package};", ""]
    for origin in sorted(imports):
        head.append(f'import "collection/p{origin // files_in_package:03}/v1/file{origin % files_in_package:02}.proto";')
    path = folder / f"collection/p{package_index:03}/v1/file{file_index:02}.proto"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*head, "", *body]))
    types += [(index, f"{package}.{name}") for name in random.sample(own, min(2, len(own)))]
