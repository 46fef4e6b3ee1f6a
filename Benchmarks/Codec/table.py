#!/usr/bin/env python3
"""Prints what the programs of the codec benchmark measured: table.py RESULTS BUDGETS

Fails where an operation allocates more than its budget, one line `MESSAGE OPERATION COUNT` each in BUDGETS.
"""
import pathlib
import sys

results, budgets = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
measured = {}
for program in ("swift", "swift-protobuf", "cpp", "c"):
    for line in (results / f"results-{program}.txt").read_text().splitlines():
        message, operation, time, allocations = line.split("\t")[:4]
        measured[message, operation, program] = float(time), int(allocations)


def cell(message, operation, program):
    if (message, operation, program) not in measured:
        return "–"
    time, allocations = measured[message, operation, program]
    return f"{time:,.0f} ({allocations})"


def ratio(message, operation, program):
    if (message, operation, program) not in measured:
        return "–"
    return f"{measured[message, operation, program][0] / measured[message, operation, 'swift'][0]:.2f}×"


print("ns per operation (allocations); ratios: how many times as long the other one takes\n")
print("| message | operation | codegen | swift-protobuf 1.39 | ratio | C++ 3.21 | ratio | protobuf-c 1.4 | ratio |")
print("|---|---|---|---|---|---|---|---|---|")
rows = [key[:2] for key in measured if key[2] == "swift"]
for message, operation in rows:
    cells = [message, operation, cell(message, operation, "swift")]
    for other in ("swift-protobuf", "cpp", "c"):
        cells += [cell(message, operation, other), ratio(message, operation, other)]
    print("| " + " | ".join(cells) + " |")

allowed = {}
for line in budgets.read_text().splitlines():
    if line and not line.startswith("#"):
        message, rest = line.split(maxsplit=1)
        operation, count = rest.rsplit(maxsplit=1)
        allowed[message, operation] = int(count)
status = 0
for row in rows:
    count = measured[(*row, "swift")][1]
    if count > allowed.get(row, 0):
        print(f"{' '.join(row)}: {count} allocations, {allowed.get(row, 0)} are allowed", file=sys.stderr)
        status = 1
sys.exit(status)
