#!/usr/bin/env python3
"""Prints the manual page of rpc-client, made from what the program itself says of its options.

    scripts/manual.py .build/debug/rpc-client > docs/rpc-client.1
"""

import json
import re
import subprocess
import sys


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def flag(name):
    return ("-" if name["kind"] == "short" else "--") + name["name"]


def option(argument):
    names = sorted(argument["names"], key=lambda name: name["kind"] != "short")
    text = ", ".join(f"\\fB{escape(flag(name))}\\fR" for name in names)
    if argument["kind"] == "option":
        text += f" \\fI{escape(argument.get('valueName', 'value'))}\\fR"
    return text


def describe(argument):
    text = argument.get("abstract", "")
    if argument.get("defaultValue") and "default:" not in text and argument["kind"] == "option":
        text += f" Default: {argument['defaultValue']}."
    return escape(text)


def arguments(command):
    return [a for a in command.get("arguments", []) if a["shouldDisplay"] and a.get("names") != [] and not (
        {n["name"] for n in a.get("names", [])} & {"help", "version"})]


def main():
    tool = json.loads(
        subprocess.run([sys.argv[1], "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout)
    root = tool["command"]
    version = subprocess.run([sys.argv[1], "--version"], check=True, capture_output=True, text=True).stdout.strip()
    commands = [c for c in root["subcommands"] if c["commandName"] != "help" and c["shouldDisplay"]]
    # Options that all commands have are told once.
    keys = [{json.dumps(a.get("names"), sort_keys=True) for a in arguments(c) if a["kind"] != "positional"}
            for c in commands]
    common = set.intersection(*keys)
    out = [f'.TH RPC-CLIENT 1 "" "rpc-client {version}" "User commands"', ".SH NAME",
           f"rpc\\-client \\- {escape(root['abstract'][0].lower() + root['abstract'][1:].rstrip('.'))}", ".SH SYNOPSIS"]
    for command in commands:
        words = [f"\\fBrpc\\-client {command['commandName']}\\fR"]
        for a in arguments(command):
            if a["kind"] == "positional":
                words.append(f"[\\fI{escape(a['valueName'])}\\fR]" if a["isOptional"] else f"\\fI{escape(a['valueName'])}\\fR")
        out += [" ".join(words) + " [\\fIoptions\\fR]", ".br"]
    out.append(".SH COMMANDS")
    for command in commands:
        out += [f".SS {command['commandName']}", escape(command["abstract"])]
        if command.get("discussion"):
            out += [".PP", escape(re.sub(r"\n(?!\n)", " ", command["discussion"]).replace("\n ", "\n\n"))]
        for a in arguments(command):
            if a["kind"] == "positional":
                out += [".TP", f"\\fI{escape(a['valueName'])}\\fR", describe(a)]
        for a in arguments(command):
            if a["kind"] != "positional" and json.dumps(a.get("names"), sort_keys=True) not in common:
                out += [".TP", option(a), describe(a)]
    out.append(".SH OPTIONS OF EVERY COMMAND")
    for a in arguments(commands[0]):
        if a["kind"] != "positional" and json.dumps(a.get("names"), sort_keys=True) in common:
            out += [".TP", option(a), describe(a)]
    examples, rest = root["discussion"].split("\n\n", 1)
    prose, _, codes = rest.partition("Exit codes:\n")
    out += [".SH FILES AND ENVIRONMENT"]
    for paragraph in prose.strip().split("\n\n"):
        out += [".PP", escape(" ".join(paragraph.split()))]
    out += [".SH EXIT STATUS", ".nf", escape(codes.rstrip()), ".fi"]
    out += [".SH EXAMPLES", ".nf", escape(examples.partition("\n")[2]), ".fi"]
    print("\n".join(line.rstrip() for line in out))


main()
