"""Attacks on a real server. What each must not do is the same: end the process, grow it, leak a descriptor, or keep a
well-behaved client on another connection from its answer. Each also says which answer the attacker gets.

Limits that are times (handshake, slow request, a reader that stalls, idleness) are tested in Swift with short times.
"""

import contextlib
import os
import random
import resource
import socket
import struct
import subprocess
import threading
import time

import grpc
import pytest

import raw_http2 as raw
from conftest import Server, accrual, key
from raw_http2 import (
    ACK, CANCEL, CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR,
    GOAWAY, HEADERS, INITIAL_WINDOW_SIZE, PADDED, PING, PRIORITY, PROTOCOL_ERROR, PUSH_PROMISE, RST_STREAM, SETTINGS,
    WINDOW_UPDATE, RawClient, frame, message)

# What one test may add to the server's memory for good. The most is added by a thousand connections at 45 kB each, which
# the allocator keeps: 42 MiB; all others together add less than 40. An attack without its limit grows with what is sent.
GROWTH = 64 << 20

OK, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL = 0, 4, 8, 12, 13
SEED = 20_240_917


def resident(server):
    pages = int(open(f"/proc/{server.process.pid}/statm").read().split()[1])
    return pages * resource.getpagesize()


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def eventually(condition, what):
    """Waits for what happens soon after an attack; how soon is not asserted."""
    for _ in range(1_000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError(what())


@pytest.fixture(scope="module")
def target(tmp_path_factory, certs):
    # Thousands of sockets on this side.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8_192)), hard))
    server = Server(tmp_path_factory.mktemp("attacked"), certs).start()
    yield server
    assert server.stop() == 0, server.log.read_text()[-4_000:]


@pytest.fixture(scope="module")
def bystander(stubs, target):
    """A well-behaved client, connected before the first attack and until after the last."""
    from loyalty.v1 import loyalty_service_pb2_grpc

    with target.channel() as channel:
        stub = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        assert answers(stub)
        yield stub


def answers(stub):
    from loyalty.v1 import catalog_pb2

    return len(stub.ListCatalog(catalog_pb2.ListCatalogRequest(page_size=200), timeout=20).items) > 0


class CallsMeanwhile:
    """Calls of the bystander while an attack goes on."""

    def __init__(self, stub):
        self.stub, self.count, self.failures, self.isOver = stub, 0, [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while True:
            try:
                assert answers(self.stub)
                self.count += 1
            except Exception as failure:
                self.failures.append(failure)
            if self.isOver.wait(0.02):
                return

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.isOver.set()
        self.thread.join()


@pytest.fixture
def server(target, bystander):
    """The attacked server; what must hold during and after every attack is checked here."""
    from loyalty.v1 import loyalty_service_pb2_grpc

    pid, before, open_before = target.process.pid, resident(target), descriptors(target)
    with CallsMeanwhile(bystander) as meanwhile:
        yield target
    assert not meanwhile.failures and meanwhile.count > 0, meanwhile.failures
    assert target.process.poll() is None and target.process.pid == pid, target.log.read_text()[-4_000:]
    assert answers(bystander), "a client that was there before"
    with target.channel() as channel:
        assert answers(loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)), "a client that came after"
    eventually(
        lambda: descriptors(target) <= open_before,
        lambda: f"{descriptors(target)} descriptors are open, {open_before} were")
    eventually(
        lambda: resident(target) - before < GROWTH,
        lambda: f"the server grew by {(resident(target) - before) >> 20} MiB")


# Before HTTP/2


@pytest.mark.parametrize(
    "garbage", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", raw.PREFACE, b"\x16\x03\x01\xff\xff" + b"A" * 70_000, b"\x00" * 9],
    ids=["HTTP/1.1", "plaintext HTTP/2", "a record too long", "zeros"])
def test_what_is_no_tls_is_closed(server, garbage):
    with raw.tcp_socket(server) as attacker:
        with contextlib.suppress(OSError):
            attacker.sendall(garbage)
        with contextlib.suppress(OSError):
            while attacker.recv(4_096):
                pass


def test_random_bytes_instead_of_tls_are_closed(server):
    source = random.Random(SEED)
    for _ in range(200):
        with raw.tcp_socket(server) as attacker, contextlib.suppress(OSError):
            attacker.sendall(source.randbytes(source.randrange(1, 600)))


@pytest.mark.parametrize("first", [b"GET / HTTP/1.1\r\n\r\n" * 4, b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", b"\xff" * 64])
def test_what_is_no_preface_ends_the_connection(server, first):
    with RawClient(server, preface=False) as attacker:
        attacker.send(first)
        attacker.until_closed()


def test_a_preface_without_settings_ends_the_connection(server):
    with RawClient(server, preface=False) as attacker:
        attacker.send(raw.PREFACE, frame(PING, payload=b"x" * 8))
        attacker.until_closed()


def test_random_frames_after_the_preface_end_a_connection_at_most(server):
    source = random.Random(SEED)
    for _ in range(60):
        with RawClient(server) as attacker:
            for _ in range(20):
                body = source.randbytes(source.randrange(0, 40))
                kind, flags, stream = source.randrange(0, 14), source.randrange(256), source.choice([0, 1, 2, 3, 1 << 30])
                if not attacker.send(frame(kind, flags, stream, body)):
                    break


def test_a_broken_tls_record_ends_the_connection(server):
    with RawClient(server) as attacker:
        assert attacker.is_alive()
        beneath = socket.socket(fileno=os.dup(attacker.socket.fileno()))
        with beneath:
            beneath.sendall(b"\x17\x03\x03\x00\x40" + b"z" * 64)
        attacker.until_closed()


def test_handshakes_that_are_never_finished_take_little(server):
    attackers = [raw.tcp_socket(server) for _ in range(500)]
    for attacker in attackers:
        attacker.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a ClientHello
    with RawClient(server) as other:
        assert other.is_alive()
    for attacker in attackers:
        attacker.close()


def test_ten_thousand_connections_that_say_nothing_are_closed_and_others_served(tmp_path, certs, stubs):
    """As many as a server takes, but a few: each is closed 10 s after it came, and holds little until then."""
    from loyalty.v1 import loyalty_service_pb2_grpc

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 9_900
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 2 * wanted)), hard))
    count = min(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200)
    server = Server(tmp_path, certs).start()
    attackers = []
    try:
        with server.channel() as channel:
            stub = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
            assert answers(stub)
            before = resident(server)
            with CallsMeanwhile(stub) as meanwhile:
                for _ in range(count):
                    attackers.append(raw.tcp_socket(server))
                eventually(
                    lambda: descriptors(server) > count // 2 or resident(server) - before > count * 1_000,
                    lambda: f"only {descriptors(server)} descriptors are open")
                assert resident(server) - before < count * (64 << 10), "64 KiB each"
                for _ in range(30):
                    if descriptors(server) < 100:
                        break
                    time.sleep(1)
            assert descriptors(server) < 100
            assert not meanwhile.failures and meanwhile.count > 10, meanwhile.failures
    finally:
        for attacker in attackers:
            attacker.close()
        assert server.stop() == 0


def test_a_thousand_idle_connections_cost_nothing_once_they_are_closed(server):
    attackers = []
    with contextlib.ExitStack() as stack:
        for _ in range(1_000):
            attackers.append(stack.enter_context(RawClient(server, name=None)))
        assert attackers[0].is_alive() and attackers[-1].is_alive()


# Floods


def test_rapid_resets_are_cut_off(server):
    with RawClient(server) as attacker:
        for stream in range(1, 6_001, 2):
            if not attacker.send(attacker.call(stream), frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL))):
                break
        attacker.until_closed()


def test_resets_that_the_server_is_made_to_send_are_cut_off(server):
    with RawClient(server) as attacker:
        for stream in range(1, 6_001, 2):
            if not attacker.send(attacker.head(stream), frame(WINDOW_UPDATE, 0, stream, b"\x7f\xff\xff\xff")):
                break
        attacker.until_closed()


def test_a_flood_of_continuations_is_cut_off(server):
    with RawClient(server) as attacker:
        attacker.send(attacker.head(1, flags=0))
        attacker.send(*[frame(CONTINUATION, 0, 1, attacker.encoder.encode([("x-filler", "a" * 200)]))] * 100)
        attacker.until_closed()


def test_empty_continuations_are_cut_off(server):
    with RawClient(server) as attacker:
        attacker.send(attacker.head(1, flags=0))
        attacker.send(*[frame(CONTINUATION, 0, 1)] * 100)
        attacker.until_closed()


@pytest.mark.parametrize(
    "kind", ["settings", "settings with a value", "ping", "empty data", "padding only", "priority"])
def test_a_flood_of_frames_that_cost_nothing_is_cut_off(server, kind):
    floods = {
        "settings": frame(SETTINGS),
        "settings with a value": frame(SETTINGS, payload=struct.pack(">HI", INITIAL_WINDOW_SIZE, 65_535)),
        "ping": frame(PING, payload=b"12345678"),
        "empty data": frame(DATA, 0, 1),
        "padding only": frame(DATA, PADDED, 1, b"\x03\0\0\0"),
        "priority": frame(PRIORITY, 0, 3, struct.pack(">IB", 0, 1)),
    }
    with RawClient(server) as attacker:
        attacker.send(attacker.head(1))
        for _ in range(3):
            attacker.send(floods[kind] * 1_000)
        attacker.until_closed()
        assert attacker.goaway in (None, ENHANCE_YOUR_CALM)


def test_pings_of_one_who_reads_no_answers_are_not_answered_without_end(server):
    with RawClient(server) as attacker:
        attacker.socket.settimeout(1)
        sent = 0
        while sent < 50_000 and attacker.send(frame(PING, payload=b"12345678") * 1_000):
            sent += 1_000


def test_pings_without_calls_are_sent_away_with_the_reason(server):
    with RawClient(server) as attacker:
        attacker.send(*[frame(PING, payload=b"x" * 8)] * 4)
        attacker.until_closed()
        assert attacker.goaway == ENHANCE_YOUR_CALM
        assert any(kind == GOAWAY and payload[8:] == b"too_many_pings" for kind, _, _, payload in attacker.frames)


def test_a_ping_for_each_answer_is_no_flood(server):
    """What grpc-go does to estimate the bandwidth, for as long as calls are made."""
    with RawClient(server) as client:
        client.send(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1 << 30)))
        for first in range(1, 5_001, 100):
            numbers = range(first, first + 100, 2)
            client.send(*[client.call(n, payload=b"\x08\x01") + frame(PING, payload=b"x" * 8) for n in numbers])
            client.until(lambda self: self.pongs >= (first + 99) // 2 or self.goaway is not None)
            assert client.status(first + 98) == OK
        assert client.goaway is None


# Headers


def test_an_hpack_bomb_is_refused(server):
    """One field of 4,000 bytes in the dynamic table, then a byte for each copy: in the request's headers, and in its trailers."""
    with RawClient(server) as attacker:
        large = attacker.encoder.encode(attacker.fields() + [("x-bomb", "b" * 3_900)])
        bomb = b"\xbe" * 12_000
        attacker.send(
            frame(HEADERS, 0, 1, large), frame(CONTINUATION, END_HEADERS, 1, bomb),
            frame(DATA, END_STREAM, 1, message(b"")))
        assert attacker.answered(1).reset == ENHANCE_YOUR_CALM
        attacker.send(attacker.head(3), frame(HEADERS, END_HEADERS | END_STREAM, 3, bomb))
        assert attacker.answered(3).reset == ENHANCE_YOUR_CALM
        # The table is what it would be had the blocks been read.
        attacker.send(attacker.call(5))
        assert attacker.status(5) == OK


def test_many_tiny_indexed_fields_are_refused(server):
    with RawClient(server) as attacker:
        head = attacker.encoder.encode(attacker.fields() + [("x", "y")])
        for stream in range(1, 41, 2):
            block = attacker.encoder.encode(attacker.fields()) if stream > 1 else head
            attacker.send(
                frame(HEADERS, END_HEADERS, stream, block + b"\xbe" * 10_000),
                frame(DATA, END_STREAM, stream, message(b"")))
            assert attacker.status(stream) == RESOURCE_EXHAUSTED
        assert attacker.is_alive()


def test_a_header_list_over_the_limit_is_resource_exhausted_and_the_connection_lives(server):
    with RawClient(server) as attacker:
        fields = attacker.fields(extra=[(f"x-{index}", "v" * 1_000) for index in range(14)])
        attacker.send(attacker.head(1, fields), frame(DATA, END_STREAM, 1, message(b"")))
        assert attacker.status(1) == OK
        fields = attacker.fields(extra=[(f"x-{index}", "v" * 1_000) for index in range(15)])
        block = attacker.encoder.encode(fields + [("y", "w" * 900)])
        attacker.send(
            frame(HEADERS, 0, 3, block[:16_000]), frame(CONTINUATION, END_HEADERS, 3, block[16_000:]),
            frame(DATA, END_STREAM, 3, message(b"")))
        assert attacker.status(3) == RESOURCE_EXHAUSTED
        attacker.send(attacker.call(5))
        assert attacker.status(5) == OK


def test_more_fields_than_the_limit_are_resource_exhausted(server):
    with RawClient(server) as attacker:
        attacker.send(attacker.call(1, extra=[(f"x-{index}", "1") for index in range(130)]))
        assert attacker.status(1) == RESOURCE_EXHAUSTED and attacker.is_alive()


def test_a_very_long_path_is_refused(server):
    with RawClient(server) as attacker:
        attacker.send(attacker.call(1, changed={":path": "/" + "p" * 9_000}))
        assert attacker.status(1) == UNIMPLEMENTED
        assert len(attacker.stream(1).headers["grpc-message"]) < 1_000
        attacker.send(attacker.call(3, changed={":path": "/%00%ff/..//" + "\u4e2d" * 100}))
        answer = attacker.answered(3)
        assert answer.reset is not None or answer.headers["grpc-status"] == str(UNIMPLEMENTED)
        assert attacker.is_alive()


@pytest.mark.parametrize(
    "changed,status", [
        ({"content-type": None}, "415"), ({"content-type": "text/html"}, "415"),
        ({"content-type": "application/grpc+json"}, "415"), ({":method": "GET"}, "405"), ({":method": "PUT"}, "405"),
        ({"te": None}, "200"), ({"te": "gzip"}, None), ({":path": None}, None), ({":scheme": None}, None),
        ({"connection": "close"}, None), ({":status": "200"}, None), ({"Upper": "x"}, None),
    ], ids=str)
def test_headers_that_are_not_grpcs_get_an_answer(server, changed, status):
    """`None`: the request is malformed to HTTP/2 itself, and the stream is reset."""
    with RawClient(server) as attacker:
        attacker.send(attacker.call(1, changed=changed))
        answer = attacker.answered(1)
        if status is None:
            assert answer.reset == PROTOCOL_ERROR and not answer.headers
        else:
            assert answer.headers[":status"] == status
        attacker.send(attacker.call(3))
        assert attacker.status(3) == OK


@pytest.mark.parametrize(
    "timeout", ["", "1", "S", "-1S", "+1S", "1s", "1.5S", "123456789S", " 1S", "1S ", "0x1S", "99999999999999999999H"])
def test_a_malformed_timeout_is_an_internal_error(server, timeout):
    with RawClient(server) as attacker:
        attacker.send(attacker.call(1, extra=[("grpc-timeout", timeout)]))
        answer = attacker.answered(1)
        assert answer.headers.get("grpc-status") == str(INTERNAL) or answer.reset == PROTOCOL_ERROR
        attacker.send(attacker.call(3, extra=[("grpc-timeout", "99999999H")]))
        assert attacker.status(3) == OK


def test_a_timeout_of_nothing_gets_an_answer(server):
    with RawClient(server) as attacker:
        attacker.send(attacker.call(1, extra=[("grpc-timeout", "0n")]))
        assert attacker.status(1) in (OK, DEADLINE_EXCEEDED)


@pytest.mark.parametrize("value", ["!", "abcde", "====", "a=b=", "\u00e4\u00f6", "AAAA,!"])
def test_binary_metadata_that_is_no_base64_is_an_internal_error(server, value):
    with RawClient(server) as attacker:
        attacker.send(attacker.call(1, extra=[("x-trace-bin", value)]))
        assert attacker.status(1) == INTERNAL
        attacker.send(attacker.call(3, extra=[("x-trace-bin", "AAAA,AA==,"), ("x-trace-bin", "")]))
        assert attacker.status(3) == OK


# Frames that break HTTP/2


@pytest.mark.parametrize("broken", [
    frame(DATA, 0, 0, b"x"), frame(HEADERS, END_HEADERS, 0, b"\x82"), frame(RST_STREAM, 0, 0, b"\0\0\0\0"),
    frame(SETTINGS, 0, 1), frame(PING, 0, 1, b"12345678"),
    frame(GOAWAY, 0, 1, b"\0" * 8), frame(PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\x02\x82"),
    frame(CONTINUATION, END_HEADERS, 1, b"\x82"), frame(DATA, 0, 7, b"x"), frame(RST_STREAM, 0, 7, b"\0\0\0\0"),
    frame(WINDOW_UPDATE, 0, 7, b"\0\0\0\1"), frame(HEADERS, END_HEADERS, 2, b"\x82"),
    frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\0"), frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff"),
    frame(SETTINGS, payload=b"\0\0\0"), frame(SETTINGS, ACK, 0, b"\0" * 6), frame(PING, payload=b"1234567"),
    frame(WINDOW_UPDATE, 0, 0, b"\0\0\1"), frame(RST_STREAM, 0, 1, b"\0\0\0"), frame(GOAWAY, payload=b"\0\0"),
    frame(SETTINGS, payload=struct.pack(">HI", INITIAL_WINDOW_SIZE, 1 << 31)),
    frame(SETTINGS, payload=struct.pack(">HI", 5, 1)), frame(SETTINGS, payload=struct.pack(">HI", 2, 2)),
    frame(DATA, PADDED, 1, b"\x09abc"), frame(HEADERS, END_HEADERS | PADDED, 3, b"\x40\x82"),
    frame(HEADERS, END_HEADERS, 3, b"\xff\xff\xff\xff\xff\xff"), frame(HEADERS, END_HEADERS, 3, b"\xc6" * 4),
    frame(DATA, 0, 1, b"x" * 20_000), frame(PING, length=(1 << 24) - 1, payload=b"y" * 20_000),
], ids=lambda broken: broken[:9].hex())
def test_a_frame_that_breaks_http2_ends_the_connection(server, broken):
    with RawClient(server) as attacker:
        attacker.send(attacker.head(1), broken)
        attacker.until_closed()


@pytest.mark.parametrize("increment,code", [(0, PROTOCOL_ERROR), (0x7FFFFFFF, FLOW_CONTROL_ERROR)])
def test_a_window_update_that_breaks_a_stream_ends_it(server, increment, code):
    with RawClient(server) as attacker:
        attacker.send(attacker.head(1), frame(WINDOW_UPDATE, 0, 1, struct.pack(">I", increment)))
        answer = attacker.answered(1)
        assert code in (answer.reset, attacker.goaway)


def test_more_data_than_the_window_allows_ends_the_connection_or_the_stream(server):
    with RawClient(server) as attacker:
        attacker.until(lambda self: self.settings)
        window = attacker.settings[INITIAL_WINDOW_SIZE]
        attacker.send(attacker.head(1, method="Nothing"))
        attacker.send(attacker.head(3), *[frame(DATA, 0, 3, b"\0" * 16_384)] * (8 * window // 16_384))
        attacker.until(lambda self: self.goaway is not None or self.stream(3).ended)


# Messages


@pytest.mark.parametrize("body,status", [
    (message(b"", length=10), INTERNAL), (message(b"\x08\x01", length=1), INTERNAL), (b"\0\0\0", INTERNAL),
    (b"", UNIMPLEMENTED), (message(b"") + message(b""), UNIMPLEMENTED), (message(b"") + b"\0", INTERNAL),
    (message(b"", compressed=1), INTERNAL), (message(b"", compressed=7), INTERNAL),
    (message(b"", length=0xFFFFFFFF), RESOURCE_EXHAUSTED), (message(b"", length=(4 << 20) + 1), RESOURCE_EXHAUSTED),
    (message(b"\xff" * 20), INTERNAL), (message(b"\x0a\xff\xff\xff\xff\x07"), INTERNAL),
], ids=lambda value: value.hex() if isinstance(value, bytes) else str(value))
def test_a_body_that_is_not_one_message_gets_its_status_and_the_connection_lives(server, body, status):
    with RawClient(server) as attacker:
        attacker.send(attacker.head(1), frame(DATA, END_STREAM, 1, body))
        assert attacker.status(1) == status
        attacker.send(attacker.head(3), *[frame(DATA, 0, 3, bytes([byte])) for byte in body], frame(DATA, END_STREAM, 3))
        assert attacker.status(3) == status
        attacker.send(attacker.call(5))
        assert attacker.status(5) == OK


def test_a_compressed_bomb_is_resource_exhausted(server):
    import gzip

    bomb = gzip.compress(b"\0" * (32 << 20))
    with RawClient(server) as attacker:
        attacker.until(lambda self: self.settings)
        attacker.send(attacker.head(1, extra=[("grpc-encoding", "gzip")]))
        body = message(bomb, compressed=1)
        for at in range(0, len(body), 16_384):
            if attacker.stream(1).ended or not attacker.send(frame(DATA, 0, 1, body[at:at + 16_384])):
                break
            if at and at % (64 << 10) == 0:
                assert attacker.is_alive()  # the window has opened again
        attacker.send(frame(DATA, END_STREAM, 1))
        assert attacker.status(1) == RESOURCE_EXHAUSTED and attacker.is_alive()


def test_compressed_requests_that_do_not_end_are_kept_as_they_came(server):
    """100 of 4 kB that would be 4 MiB each, and no end of any."""
    import gzip

    body = message(gzip.compress(b"\0" * ((4 << 20) - 16)), compressed=1)
    before = resident(server)
    with RawClient(server) as attacker:
        for stream in range(1, 200, 2):
            attacker.send(attacker.head(stream, extra=[("grpc-encoding", "gzip")]), frame(DATA, 0, stream, body))
        assert attacker.is_alive() and not attacker.stream(1).ended
        assert resident(server) - before < 32 << 20
        attacker.send(frame(DATA, END_STREAM, 1))
        assert attacker.status(1) == INTERNAL, "decompressed, it is no message"


def test_many_unfinished_messages_on_one_connection_are_bounded(server):
    """100 streams that promise 4 MiB each and send 1 MiB: 100 MiB, of which 16 may be kept."""
    with RawClient(server) as attacker:
        refusals = 0
        for stream in range(1, 200, 2):
            attacker.send(attacker.head(stream), frame(DATA, 0, stream, message(b"", length=4 << 20)))
        piece = b"\0" * 16_384
        for _ in range(8):
            for stream in range(1, 200, 2):
                if attacker.stream(stream).ended:
                    continue
                attacker.send(*[frame(DATA, 0, stream, piece)] * 8)
                attacker.is_alive()
            refusals = sum(attacker.stream(stream).ended for stream in range(1, 200, 2))
            if refusals > 50 or attacker.closed:
                break
        assert refusals > 50 and not attacker.closed


def test_a_body_byte_by_byte_is_answered(server):
    with RawClient(server) as attacker:
        attacker.send(attacker.head(1))
        for byte in message(b"\x08\x02"):
            attacker.send(frame(DATA, 0, 1, bytes([byte])))
            assert attacker.is_alive()
        attacker.send(frame(DATA, END_STREAM, 1))
        assert attacker.status(1) == OK


def test_headers_without_an_end_hold_up_nobody_else(server):
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            attacker = stack.enter_context(RawClient(server))
            attacker.send(attacker.head(1, flags=0))
        other = stack.enter_context(RawClient(server))
        other.send(other.call(1))
        assert other.status(1) == OK


# Those that do not read


def test_more_calls_at_once_than_the_limit_are_refused(server):
    with RawClient(server) as attacker:
        attacker.until(lambda self: self.settings)
        limit = attacker.settings[3]
        for stream in range(1, 2 * limit + 20, 2):
            attacker.send(attacker.head(stream))
        attacker.until(lambda self: self.stream(2 * limit + 19).ended)
        assert not attacker.stream(1).ended


def test_a_window_of_zero_holds_a_tables_worth_of_answers_at_most(server):
    zero = struct.pack(">HI", INITIAL_WINDOW_SIZE, 0)
    with RawClient(server, settings=zero) as attacker:
        for stream in range(1, 2_001, 2):
            attacker.send(attacker.call(stream, payload=b"\x08\xc8\x01"))
        attacker.until(lambda self: self.stream(1_999).ended)
        assert sum(stream.reset is None for stream in attacker.streams.values()) <= 128
        # What waits goes out once there is room.
        attacker.send(frame(SETTINGS, payload=struct.pack(">HI", INITIAL_WINDOW_SIZE, 1 << 20)))
        attacker.send(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 16 << 20)))
        assert attacker.status(1) == OK


def test_windows_that_open_byte_by_byte_do_no_harm(server):
    with RawClient(server, settings=struct.pack(">HI", INITIAL_WINDOW_SIZE, 0)) as attacker:
        attacker.send(attacker.call(1, payload=b"\x08\xc8\x01"))
        attacker.send(*[frame(WINDOW_UPDATE, 0, 1, b"\0\0\0\1")] * 400)
        attacker.until(lambda self: len(self.stream(1).data) == 400)


def test_one_who_never_reads_the_socket_stops_being_read(server):
    """Big answers with windows wide open, and not a byte read: the server stops to take calls of this client."""
    wide = struct.pack(">HI", INITIAL_WINDOW_SIZE, 0x7FFFFFFF)
    with RawClient(server, settings=wide) as attacker:
        attacker.send(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 0x7FFF0000)))
        attacker.socket.settimeout(0.7)
        sent, total = 1, 4_001
        with contextlib.suppress(OSError):
            while sent < total:
                burst = [attacker.call(stream, payload=b"\x08\xc8\x01") for stream in range(sent, sent + 200, 2)]
                if not attacker.send(*burst):
                    break
                sent += 200


def test_half_closed_sockets_are_closed(server):
    attackers = [RawClient(server) for _ in range(20)]
    for attacker in attackers:
        attacker.send(attacker.head(1))
        attacker.socket.shutdown(socket.SHUT_WR)
    for attacker in attackers:
        attacker.until_closed()
        attacker.socket.close()


def test_resets_of_the_socket_in_the_middle_of_calls_leave_nothing(server):
    for _ in range(50):
        attacker = RawClient(server)
        attacker.send(attacker.call(1, payload=b"\x08\xc8\x01"), attacker.head(3))
        attacker.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        attacker.socket.close()


# Calls that are given up


def test_calls_cancelled_in_a_loop_leave_nothing(server, stubs):
    from loyalty.v1 import catalog_pb2, loyalty_service_pb2_grpc

    with server.channel() as channel:
        stub = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        for round in range(300):
            future = stub.ListCatalog.future(catalog_pb2.ListCatalogRequest(page_size=200))
            future.cancel()
        assert answers(stub)


def test_a_call_that_is_gone_while_its_reply_waits_for_the_disk_is_kept_all_the_same(server, stubs, bystander):
    """The reply waits at the gate, the client leaves: what it asked for stands, once, and nothing is left of it."""
    requests = [accrual("M-" + key()) for _ in range(30)]
    for index, request in enumerate(requests):
        with RawClient(server) as attacker:
            attacker.send(attacker.call(1, payload=request.SerializeToString(), method="Accrue"))
            if index % 2:
                attacker.send(frame(RST_STREAM, 0, 1, struct.pack(">I", CANCEL)))
                assert attacker.is_alive()
    for request in requests:
        first = bystander.Accrue(request)
        assert bystander.Accrue(request).balance == first.balance == first.points


def test_accruals_reset_at_once_in_a_loop_leave_nothing(server, stubs):
    with RawClient(server) as attacker:
        for stream in range(1, 1_001, 2):
            request = accrual("M-" + key()).SerializeToString()
            attacker.send(
                attacker.call(stream, payload=request, method="Accrue"),
                frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL)))
        assert attacker.is_alive()


def test_deadlines_that_pass_at_once_leave_nothing(server, stubs):
    with RawClient(server) as attacker:
        for stream in range(1, 401, 2):
            request = accrual("M-" + key()).SerializeToString()
            attacker.send(
                attacker.call(stream, payload=request, method="Accrue", extra=[("grpc-timeout", f"{stream}u")]))
        for stream in range(1, 401, 2):
            assert attacker.status(stream) in (OK, DEADLINE_EXCEEDED, None)
        assert attacker.is_alive()


def test_more_connections_than_descriptors_only_wait(tmp_path, certs, stubs):
    """The server is out of descriptors: it goes on with whom it has, and takes others again once there is room."""
    from loyalty.v1 import loyalty_service_pb2_grpc

    server = Server(tmp_path, certs).start()
    try:
        with server.channel() as channel:
            stub = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
            assert answers(stub)
            room = descriptors(server) + 20
            subprocess.run(["prlimit", f"--nofile={room}:{room}", f"--pid={server.process.pid}"], check=True)
            attackers = [raw.tcp_socket(server) for _ in range(60)]
            assert answers(stub)
            for attacker in attackers:
                attacker.close()
            with server.channel("partner-jade-hotels") as late:
                assert answers(loyalty_service_pb2_grpc.LoyaltyServiceStub(late))
        assert server.stop() == 0
    finally:
        if server.process.poll() is None:
            server.kill()
