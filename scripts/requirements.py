#!/usr/bin/env python3
"""Runs the scenarios and prints each row of docs/requirements.md with the scenarios that prove it.

A scenario is a test of a suite named ...Scenarios, whose title begins with its row's ids (or those of several rows) and
a colon. A row without a scenario
is printed as missing. Exit code 1 if a scenario failed or names no row, or if the scenarios could not be run.

    scripts/requirements.py [--skip-build] [--filter REGEX]
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def rows():
    """(section, ids, requirement) of each row, in the document's order."""
    section = ""
    for line in (ROOT / "docs/requirements.md").read_text().splitlines():
        if line.startswith("## "):
            section = line[3:]
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("|") and len(cells) == 3 and cells[0] not in ("id", "---"):
            yield section, tuple(cells[0].split()), cells[1]


def run(filter, skip_build):
    """Display name → passed, for each scenario."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as stream:
        command = ["swift", "test", "--filter", filter, "--event-stream-output-path", stream.name,
                   "--event-stream-version", "0"] + (["--skip-build"] if skip_build else [])
        result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        names, failed, ended = {}, set(), set()
        for line in open(stream.name):
            event = json.loads(line)
            payload = event["payload"]
            if event["kind"] == "test" and payload["kind"] == "function":
                names[payload["id"]] = payload.get("displayName", payload["name"])
            elif event["kind"] == "event" and payload.get("testID") in names:
                if payload["kind"] == "issueRecorded" and not payload.get("issue", {}).get("isKnown"):
                    failed.add(payload["testID"])
                elif payload["kind"] == "testEnded":
                    ended.add(payload["testID"])
    if not names or result.returncode and not failed:
        sys.exit(f"the scenarios could not be run:\n{result.stdout[-4000:]}")
    if failed:
        print(result.stdout)
    return {name: id in ended and id not in failed for id, name in names.items()}


def rows_of(ids, rows):
    """The row that has exactly these ids; else the rows, longest first, that have them all between them. None: a stray."""
    if ids in rows:
        return [ids]
    left, found = set(ids), []
    for row in sorted(rows, key=lambda row: (-len(row), sorted(row))):
        if row <= left:
            found.append(row)
            left -= row
    return [] if left else found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skip-build", action="store_true", help="use the tests as they were built last")
    parser.add_argument("--filter", default="Scenarios/", help="run only these tests (default: all scenarios)")
    arguments = parser.parse_args()
    table = list(rows())
    by_ids = {frozenset(ids): [] for _, ids, _ in table}
    strays = []
    results = run(arguments.filter, arguments.skip_build)
    for title, passed in results.items():
        head, colon, text = title.partition(":")
        ids = frozenset(head.split())
        proven = rows_of(ids, by_ids) if colon else []
        for row in proven:
            by_ids[row].append((text.strip(), passed))
        if not proven:
            strays.append(title)
    last, missing, failures = "", 0, 0
    for section, ids, requirement in table:
        if section != last:
            print(f"\n{section}")
            last = section
        scenarios = by_ids[frozenset(ids)]
        print(f"  {' '.join(ids)}  {requirement}" + ("" if scenarios else "  … missing"))
        missing += not scenarios
        for text, passed in scenarios:
            print(f"      {'passed' if passed else 'FAILED'}  {text}")
            failures += not passed
    print(f"\n{len(table)} rows: {len(table) - missing} with scenarios, {missing} missing; "
          f"{len(results)} scenarios, {failures} failed")
    for title in strays:
        print(f"no row of docs/requirements.md has the ids of “{title}”: begin the title with a row's ids and a colon")
    sys.exit(1 if failures or strays else 0)


main()
