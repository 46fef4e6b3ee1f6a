"""The 147 generic, HTTP/2 and HPACK cases that h2spec asks of a server, as frames written by hand.

Each row of the tables below is a case: its number in h2spec, what is sent, and what has to come. Sections are those of
RFC 9113 and RFC 7541 (h2spec's numbers are RFC 7540's where the two differ: 8.1.2 became 8.2 and 8.3). Requests are gRPC
calls, since that is what this server answers; a response of any status is an answer.
"""

import struct

import pytest

import raw_http2 as raw
from conftest import Server
from raw_http2 import (
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, INITIAL_WINDOW_SIZE, PADDED, PING, PRIORITY,
    PUSH_PROMISE, RST_STREAM, SETTINGS, WINDOW_UPDATE, RawClient, frame, message)

PRIORITY_FLAG = 0x20
PROTOCOL_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED, FRAME_SIZE_ERROR, REFUSED_STREAM, COMPRESSION_ERROR = 1, 3, 5, 6, 7, 9
UNKNOWN_TYPE = 0x16
EMPTY = message(b"")


@pytest.fixture(scope="module")
def server(tmp_path_factory, certs):
    server = Server(tmp_path_factory.mktemp("conformance"), certs).start()
    yield server
    assert server.stop() == 0, server.log.read_text()[-4_000:]


# What has to come


def answered(client):
    """The call on stream 1 gets its response, and the connection lives."""
    client.until(lambda self: self.stream(1).ended or self.goaway is not None)
    assert client.stream(1).headers.get(":status"), f"reset {client.stream(1).reset}, goaway {client.goaway}"
    assert client.is_alive()


def answered_on(stream):
    def check(client):
        client.until(lambda self: self.stream(stream).ended or self.goaway is not None)
        assert client.stream(stream).headers.get(":status"), f"goaway {client.goaway}"
    return check


def alive(client):
    """The connection lives: a PING is answered."""
    assert client.is_alive(), f"goaway {client.goaway}"


def connection_error(*codes):
    """GOAWAY with one of these codes, and the end of the connection."""
    def check(client):
        client.until_closed()
        assert client.goaway in codes, f"goaway {client.goaway}, not one of {codes}"
    return check


def closed(client):
    client.until_closed()


def stream_error(*codes, stream=1):
    """RST_STREAM with one of these codes; a GOAWAY with one does as well (RFC 9113 §5.4)."""
    def check(client):
        client.until(lambda self: self.stream(stream).reset not in (None, 0) or self.goaway is not None)
        found = client.stream(stream).reset if client.goaway is None else client.goaway
        assert found in codes, f"{found}, not one of {codes}"
    return check


def ignored_or(check, *codes):
    """What RFC 9113 leaves open: the frame is ignored, or it is an error with one of these codes."""
    def either(client):
        if not client.send(frame(PING, payload=b"are you?")):
            client.closed = False  # the server has ended the connection already: why is still to be read
        client.until(lambda self: self.pongs > 0 or self.goaway is not None or self.stream(1).reset not in (None, 0))
        if client.goaway is not None:
            assert client.goaway in codes, client.goaway
        elif client.stream(1).reset not in (None, 0):
            assert client.stream(1).reset in codes, client.stream(1).reset
        elif check is not None:
            check(client)
    return either


# What is sent


def call(client, stream=1, **kinds):
    return client.call(stream, **kinds)


def open_call(client, stream=1, **kinds):
    """Headers of a call whose message is still to come."""
    return client.head(stream, **kinds)


def end(stream=1, body=EMPTY):
    return frame(DATA, END_STREAM, stream, body)


def block(client, **kinds):
    return client.encoder.encode(client.fields(**kinds))


def finished(client):
    """A call that both sides have ended."""
    client.send(call(client))
    client.until(lambda self: self.stream(1).ended)
    assert client.stream(1).headers.get(":status")
    client.streams[1].reset = None


def was_reset(client):
    client.send(open_call(client), frame(RST_STREAM, 0, 1, struct.pack(">I", 8)))


def settings(*pairs):
    return frame(SETTINGS, payload=b"".join(struct.pack(">HI", *pair) for pair in pairs))


def priority(depends_on=0, weight=15, exclusive=False):
    return struct.pack(">IB", depends_on | (0x80000000 if exclusive else 0), weight)


def padded(content, pad=8):
    return bytes([pad]) + content + b"\0" * pad


def string(text, huffman=False):
    """A string literal (RFC 7541 §5.2). Huffman only for what the tests need: `user-agent`-like lower-case text."""
    from hpack.huffman import HuffmanEncoder
    from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH

    data = HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH).encode(text) if huffman else text
    return bytes([len(data) | (0x80 if huffman else 0)]) + data


def literal(first, prefix, name=None, huffman=False):
    """A field `x-test` or, by index 58, `user-agent`, in one of the three literal forms (§6.2)."""
    if name is None:
        index = 58
        limit = (1 << prefix) - 1
        head = bytes([first | index]) if index < limit else bytes([first | limit, index - limit])
        return head + string(b"value", huffman)
    return bytes([first]) + string(name, huffman) + string(b"value", huffman)


def with_field(field):
    """A call whose headers end with these bytes."""
    return lambda client: client.send(
        frame(HEADERS, END_HEADERS, 1, block(client) + field), end())


def with_update(update):
    """A call whose headers begin with these bytes."""
    return lambda client: client.send(frame(HEADERS, END_HEADERS, 1, update + block(client)), end())


def sends(*parts):
    """Parts are bytes, or functions that give bytes or do something."""
    def run(client):
        for part in parts:
            data = part(client) if callable(part) else part
            if data:
                client.send(data)
    return run


def continued(client, pieces, then=b""):
    """A header block in so many frames, the last of which ends it."""
    whole = block(client)
    size = len(whole) // pieces
    cuts = [whole[i * size:(i + 1) * size] for i in range(pieces - 1)] + [whole[(pieces - 1) * size:]]
    out = [frame(HEADERS, 0, 1, cuts[0])]
    out += [frame(CONTINUATION, 0, 1, cut) for cut in cuts[1:-1]]
    return b"".join(out + [frame(CONTINUATION, END_HEADERS, 1, cuts[-1]), then])


def half(client):
    """The first frame of a header block that goes on."""
    return frame(HEADERS, 0, 1, block(client))


def exceed_concurrency(client):
    client.until(lambda self: self.settings)
    limit = client.settings[3]
    client.send(*[open_call(client, stream) for stream in range(1, 2 * limit + 3, 2)])
    client.first_refused = 2 * limit + 1


def concurrency_refused(client):
    stream_error(PROTOCOL_ERROR, REFUSED_STREAM, stream=client.first_refused)(client)


def lengths(client, stream=1):
    return [len(payload) for kind, _, number, payload in client.frames if kind == DATA and number == stream]


def window_of_one(client):
    client.send(settings((INITIAL_WINDOW_SIZE, 1)), call(client))


def one_byte_came(client):
    client.until(lambda self: lengths(self))
    assert lengths(client)[0] == 1


def window_changes(client):
    client.send(settings((INITIAL_WINDOW_SIZE, 0)), call(client))
    client.until(lambda self: self.stream(1).headers)
    assert client.is_alive() and not lengths(client)
    client.send(settings((INITIAL_WINDOW_SIZE, 1)))


def window_becomes_negative(client):
    client.send(settings((INITIAL_WINDOW_SIZE, 3)), call(client))
    client.until(lambda self: sum(lengths(self)) == 3)
    client.send(settings((INITIAL_WINDOW_SIZE, 2)), frame(WINDOW_UPDATE, 0, 1, struct.pack(">I", 2)))


def one_more_came(client):
    client.until(lambda self: sum(lengths(self)) >= 4)
    assert sum(lengths(client)) == 4


def settings_acknowledged(client):
    client.until(lambda self: self.acknowledged >= 2)


def preface_acknowledged(client):
    client.until(lambda self: self.acknowledged >= 1)


def goaway_names_the_last_stream(client):
    client.until_closed()
    last = next(payload for kind, _, _, payload in client.frames if kind == GOAWAY)
    assert int.from_bytes(last[:4], "big") & 0x7FFFFFFF in (0, 1)


# GET and HEAD are not gRPC: they get 405, which is an answer.
GENERIC = [
    ("1/1", "a client's connection preface", sends(), alive),
    ("2/1", "idle: PRIORITY", sends(frame(PRIORITY, 0, 1, priority()), call), answered),
    ("2/2", "half-closed (remote): WINDOW_UPDATE",
     sends(call, frame(WINDOW_UPDATE, 0, 1, struct.pack(">I", 1))), answered),
    ("2/3", "half-closed (remote): PRIORITY", sends(call, frame(PRIORITY, 0, 1, priority())), answered),
    ("2/4", "half-closed (remote): RST_STREAM", sends(call, frame(RST_STREAM, 0, 1, struct.pack(">I", 8))), alive),
    ("2/5", "closed: PRIORITY", sends(finished, frame(PRIORITY, 0, 1, priority())), alive),
    ("3.1/1", "one DATA frame", sends(open_call, end()), answered),
    ("3.1/2", "several DATA frames", sends(open_call, frame(DATA, 0, 1, EMPTY[:2]), end(body=EMPTY[2:])), answered),
    ("3.1/3", "DATA with padding", sends(open_call, frame(DATA, END_STREAM | PADDED, 1, padded(EMPTY))), answered),
    ("3.2/1", "HEADERS", sends(call), answered),
    ("3.2/2", "HEADERS with padding",
     sends(lambda c: frame(HEADERS, END_HEADERS | PADDED, 1, padded(block(c))), end()), answered),
    ("3.2/3", "HEADERS with priority",
     sends(lambda c: frame(HEADERS, END_HEADERS | PRIORITY_FLAG, 1, priority() + block(c)), end()), answered),
    ("3.3/1", "PRIORITY of weight 1", sends(frame(PRIORITY, 0, 1, priority(weight=0)), call), answered),
    ("3.3/2", "PRIORITY of weight 256", sends(frame(PRIORITY, 0, 1, priority(weight=255)), call), answered),
    ("3.3/3", "PRIORITY with a dependency", sends(frame(PRIORITY, 0, 1, priority(depends_on=3)), call), answered),
    ("3.3/4", "PRIORITY, exclusive",
     sends(frame(PRIORITY, 0, 1, priority(depends_on=3, exclusive=True)), call), answered),
    ("3.3/5", "PRIORITY of an idle stream, then a lower one opens",
     sends(frame(PRIORITY, 0, 5, priority()), lambda c: call(c, 3)), answered_on(3)),
    ("3.4/1", "RST_STREAM", sends(was_reset), alive),
    ("3.5/1", "SETTINGS", sends(settings((INITIAL_WINDOW_SIZE, 100_000))), settings_acknowledged),
    ("3.7/1", "PING", sends(), alive),
    ("3.8/1", "GOAWAY", sends(frame(GOAWAY, payload=b"\0" * 8)), closed),
    ("3.9/1", "WINDOW_UPDATE of the connection", sends(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1)), call), answered),
    ("3.9/2", "WINDOW_UPDATE of a stream",
     sends(open_call, frame(WINDOW_UPDATE, 0, 1, struct.pack(">I", 1)), end()), answered),
    ("3.10/1", "one CONTINUATION", sends(lambda c: continued(c, 2, end())), answered),
    ("3.10/2", "several CONTINUATIONs", sends(lambda c: continued(c, 4, end())), answered),
    ("4/1", "GET", sends(lambda c: c.head(1, flags=END_HEADERS | END_STREAM, changed={":method": "GET"})), answered),
    ("4/2", "HEAD", sends(lambda c: c.head(1, flags=END_HEADERS | END_STREAM, changed={":method": "HEAD"})), answered),
    ("4/3", "POST", sends(call), answered),
    ("4/4", "POST with trailers",
     sends(open_call, frame(DATA, 0, 1, EMPTY),
           lambda c: frame(HEADERS, END_HEADERS | END_STREAM, 1, c.encoder.encode([("x-trailer", "test")]))), answered),
    ("5/1", "HPACK: an indexed field", with_field(b"\x90"), answered),  # accept-encoding: gzip, deflate
    ("5/2", "HPACK: literal with indexing, indexed name", with_field(literal(0x40, 6)), answered),
    ("5/3", "HPACK: the same in Huffman code", with_field(literal(0x40, 6, huffman=True)), answered),
    ("5/4", "HPACK: literal with indexing, new name", with_field(literal(0x40, 6, b"x-test")), answered),
    ("5/5", "HPACK: the same in Huffman code", with_field(literal(0x40, 6, b"x-test", True)), answered),
    ("5/6", "HPACK: literal without indexing, indexed name", with_field(literal(0x00, 4)), answered),
    ("5/7", "HPACK: the same in Huffman code", with_field(literal(0x00, 4, huffman=True)), answered),
    ("5/8", "HPACK: literal without indexing, new name", with_field(literal(0x00, 4, b"x-test")), answered),
    ("5/9", "HPACK: the same in Huffman code", with_field(literal(0x00, 4, b"x-test", True)), answered),
    ("5/10", "HPACK: literal never indexed, indexed name", with_field(literal(0x10, 4)), answered),
    ("5/11", "HPACK: the same in Huffman code", with_field(literal(0x10, 4, huffman=True)), answered),
    ("5/12", "HPACK: literal never indexed, new name", with_field(literal(0x10, 4, b"x-test")), answered),
    ("5/13", "HPACK: the same in Huffman code", with_field(literal(0x10, 4, b"x-test", True)), answered),
    ("5/14", "HPACK: a change of the table's size", with_update(b"\x3f\x61"), answered),  # 128
    ("5/15", "HPACK: two changes of it", with_update(b"\x3f\x61\x3f\xe1\x1f"), answered),  # 128, then 4,096
]

HTTP2 = [
    ("3.4/1", "the preface", sends(), preface_acknowledged),
    ("3.4/2", "a preface that is none", None, closed),
    ("4.1/1", "an unknown type", sends(frame(UNKNOWN_TYPE, payload=b"\0" * 8)), alive),
    ("4.1/2", "an undefined flag", sends(frame(PING, 0x16, 0, b"\0" * 8)), alive),
    ("4.1/3", "the reserved bit", sends(frame(PING, 0, 0x80000000, b"\0" * 8)), alive),
    ("4.2/1", "DATA of 2^14 bytes",
     sends(open_call, frame(DATA, 0, 1, message(b"", length=20_000) + b"\0" * (16_384 - 5))), alive),
    ("4.2/2", "DATA beyond SETTINGS_MAX_FRAME_SIZE", sends(open_call, frame(DATA, END_STREAM, 1, b"\0" * 16_385)),
     stream_error(FRAME_SIZE_ERROR)),
    ("4.2/3", "HEADERS beyond SETTINGS_MAX_FRAME_SIZE",
     sends(lambda c: frame(HEADERS, END_HEADERS, 1, block(c) + literal(0x00, 4, b"x-test") * 1_300)),
     connection_error(FRAME_SIZE_ERROR)),
    ("4.3/1", "a block that does not decompress",
     sends(frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x00\x85\xf2\xb2\x4a\x84\xff\x84\x49\x50\x9f\xff")),
     connection_error(COMPRESSION_ERROR)),
    ("4.3/2", "PRIORITY amid a block", sends(half, frame(PRIORITY, 0, 1, priority())), connection_error(PROTOCOL_ERROR)),
    ("4.3/3", "HEADERS of another stream amid a block", sends(half, lambda c: open_call(c, 3)),
     connection_error(PROTOCOL_ERROR)),
    ("5.1/1", "idle: DATA", sends(frame(DATA, END_STREAM, 1, b"test")), connection_error(PROTOCOL_ERROR, STREAM_CLOSED)),
    ("5.1/2", "idle: RST_STREAM", sends(frame(RST_STREAM, 0, 1, b"\0\0\0\x08")), connection_error(PROTOCOL_ERROR)),
    ("5.1/3", "idle: WINDOW_UPDATE", sends(frame(WINDOW_UPDATE, 0, 1, b"\0\0\0\x64")), connection_error(PROTOCOL_ERROR)),
    ("5.1/4", "idle: CONTINUATION", sends(lambda c: frame(CONTINUATION, END_HEADERS, 1, block(c))),
     connection_error(PROTOCOL_ERROR)),
    ("5.1/5", "half-closed (remote): DATA", sends(call, frame(DATA, END_STREAM, 1, b"test")),
     ignored_or(None, STREAM_CLOSED)),
    ("5.1/6", "half-closed (remote): HEADERS", sends(call, open_call), ignored_or(None, STREAM_CLOSED, PROTOCOL_ERROR)),
    ("5.1/7", "half-closed (remote): CONTINUATION",
     sends(call, lambda c: frame(CONTINUATION, END_HEADERS, 1, block(c))), connection_error(STREAM_CLOSED, PROTOCOL_ERROR)),
    ("5.1/8", "closed by RST_STREAM: DATA", sends(was_reset, end()), ignored_or(alive, STREAM_CLOSED)),
    ("5.1/9", "closed by RST_STREAM: HEADERS", sends(was_reset, open_call),
     ignored_or(alive, STREAM_CLOSED, PROTOCOL_ERROR)),
    ("5.1/10", "closed by RST_STREAM: CONTINUATION",
     sends(was_reset, lambda c: frame(CONTINUATION, END_HEADERS, 1, block(c))),
     connection_error(STREAM_CLOSED, PROTOCOL_ERROR)),
    ("5.1/11", "closed: DATA", sends(finished, end()), ignored_or(alive, STREAM_CLOSED)),
    ("5.1/12", "closed: HEADERS", sends(finished, open_call), connection_error(STREAM_CLOSED, PROTOCOL_ERROR)),
    ("5.1/13", "closed: CONTINUATION", sends(finished, lambda c: frame(CONTINUATION, END_HEADERS, 1, block(c))),
     connection_error(STREAM_CLOSED, PROTOCOL_ERROR)),
    ("5.1.1/1", "an even stream", sends(lambda c: call(c, 2)), connection_error(PROTOCOL_ERROR)),
    ("5.1.1/2", "a stream below the last",
     sends(lambda c: call(c, 5), lambda c: call(c, 3)), connection_error(PROTOCOL_ERROR, STREAM_CLOSED)),
    ("5.1.2/1", "more streams than are allowed", exceed_concurrency, concurrency_refused),
    # RFC 9113 §5.3.2 leaves priorities to be ignored.
    ("5.3.1/1", "HEADERS that depend on themselves",
     sends(lambda c: frame(HEADERS, END_HEADERS | PRIORITY_FLAG, 1, priority(1) + block(c)), end()),
     ignored_or(answered, PROTOCOL_ERROR)),
    ("5.3.1/2", "PRIORITY that depends on itself", sends(frame(PRIORITY, 0, 1, priority(1))), ignored_or(alive, PROTOCOL_ERROR)),
    ("5.4.1/1", "an error of the connection closes it", sends(frame(PING, 0, 1, b"\0" * 8)), connection_error(PROTOCOL_ERROR)),
    ("5.4.1/2", "GOAWAY names the last stream", sends(call, frame(PING, 0, 1, b"\0" * 8)), goaway_names_the_last_stream),
    ("5.5/1", "an unknown extension frame", sends(frame(UNKNOWN_TYPE, payload=b"\0" * 8), call), answered),
    ("5.5/2", "an unknown extension frame amid a block", sends(half, frame(UNKNOWN_TYPE, 0, 0, b"\0" * 8)),
     connection_error(PROTOCOL_ERROR)),
    ("6.1/1", "DATA on stream 0", sends(frame(DATA, END_STREAM, 0, b"test")), connection_error(PROTOCOL_ERROR)),
    ("6.1/2", "DATA on a stream that is not open", sends(call, frame(DATA, END_STREAM, 1, b"test")),
     ignored_or(None, STREAM_CLOSED)),
    ("6.1/3", "DATA with more padding than bytes", sends(open_call, frame(DATA, END_STREAM | PADDED, 1, b"\x06test")),
     connection_error(PROTOCOL_ERROR)),
    ("6.2/1", "HEADERS without END_HEADERS, then PRIORITY", sends(half, frame(PRIORITY, 0, 1, priority())),
     connection_error(PROTOCOL_ERROR)),
    ("6.2/2", "HEADERS without END_HEADERS, then HEADERS of another", sends(half, lambda c: open_call(c, 3)),
     connection_error(PROTOCOL_ERROR)),
    ("6.2/3", "HEADERS on stream 0", sends(lambda c: frame(HEADERS, END_HEADERS, 0, block(c))),
     connection_error(PROTOCOL_ERROR)),
    ("6.2/4", "HEADERS with more padding than bytes",
     sends(lambda c: frame(HEADERS, END_HEADERS | PADDED, 1, b"\xff" + block(c))), connection_error(PROTOCOL_ERROR)),
    ("6.3/1", "PRIORITY on stream 0", sends(frame(PRIORITY, 0, 0, priority())), connection_error(PROTOCOL_ERROR)),
    ("6.3/2", "PRIORITY of another length", sends(open_call, frame(PRIORITY, 0, 1, b"\x80\0\0\x01")),
     stream_error(FRAME_SIZE_ERROR)),
    ("6.4/1", "RST_STREAM on stream 0", sends(frame(RST_STREAM, 0, 0, b"\0\0\0\x08")), connection_error(PROTOCOL_ERROR)),
    ("6.4/2", "RST_STREAM on an idle stream", sends(frame(RST_STREAM, 0, 1, b"\0\0\0\x08")), connection_error(PROTOCOL_ERROR)),
    ("6.4/3", "RST_STREAM of another length", sends(open_call, frame(RST_STREAM, 0, 1, b"\0\0\0")),
     connection_error(FRAME_SIZE_ERROR)),
    ("6.5/1", "SETTINGS with ACK and a payload", sends(frame(SETTINGS, ACK, 0, b"\0")), connection_error(FRAME_SIZE_ERROR)),
    ("6.5/2", "SETTINGS on a stream", sends(frame(SETTINGS, 0, 1, struct.pack(">HI", 3, 100))), connection_error(PROTOCOL_ERROR)),
    ("6.5/3", "SETTINGS of another length", sends(frame(SETTINGS, payload=b"\0\0\0")), connection_error(FRAME_SIZE_ERROR)),
    ("6.5.2/1", "ENABLE_PUSH that is neither 0 nor 1", sends(settings((2, 2))), connection_error(PROTOCOL_ERROR)),
    ("6.5.2/2", "INITIAL_WINDOW_SIZE above 2^31-1", sends(settings((4, 1 << 31))), connection_error(FLOW_CONTROL_ERROR)),
    ("6.5.2/3", "MAX_FRAME_SIZE below 2^14", sends(settings((5, 16_383))), connection_error(PROTOCOL_ERROR)),
    ("6.5.2/4", "MAX_FRAME_SIZE above 2^24-1", sends(settings((5, 1 << 24))), connection_error(PROTOCOL_ERROR)),
    ("6.5.2/5", "an unknown identifier", sends(settings((0xFF, 1))), alive),
    ("6.5.3/1", "the last of several values holds",
     sends(settings((4, 100), (4, 1)), call), one_byte_came),
    ("6.5.3/2", "SETTINGS are acknowledged", sends(settings((3, 100))), settings_acknowledged),
    ("6.7/1", "PING is answered", sends(), alive),
    ("6.7/2", "PING with ACK is not", sends(frame(PING, ACK, 0, b"invalid!")), alive),
    ("6.7/3", "PING on a stream", sends(frame(PING, 0, 1, b"\0" * 8)), connection_error(PROTOCOL_ERROR)),
    ("6.7/4", "PING of another length", sends(frame(PING, payload=b"\0" * 6)), connection_error(FRAME_SIZE_ERROR)),
    ("6.8/1", "GOAWAY on a stream", sends(frame(GOAWAY, 0, 1, b"\0" * 8)), connection_error(PROTOCOL_ERROR)),
    ("6.9/1", "WINDOW_UPDATE of 0", sends(frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\0")), connection_error(PROTOCOL_ERROR)),
    ("6.9/2", "WINDOW_UPDATE of 0 for a stream", sends(open_call, frame(WINDOW_UPDATE, 0, 1, b"\0\0\0\0")),
     stream_error(PROTOCOL_ERROR)),
    ("6.9/3", "WINDOW_UPDATE of another length", sends(frame(WINDOW_UPDATE, 0, 0, b"\0\0\x01")),
     connection_error(FRAME_SIZE_ERROR)),
    ("6.9.1/1", "a window of 1", window_of_one, one_byte_came),
    ("6.9.1/2", "a window above 2^31-1", sends(frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff") * 2),
     connection_error(FLOW_CONTROL_ERROR)),
    ("6.9.1/3", "a stream's window above 2^31-1",
     sends(open_call, frame(WINDOW_UPDATE, 0, 1, b"\x7f\xff\xff\xff") * 2), stream_error(FLOW_CONTROL_ERROR)),
    ("6.9.2/1", "a window that changes after the headers", window_changes, one_byte_came),
    ("6.9.2/2", "a window that becomes negative", window_becomes_negative, one_more_came),
    ("6.9.2/3", "INITIAL_WINDOW_SIZE above 2^31-1", sends(settings((4, 1 << 31))), connection_error(FLOW_CONTROL_ERROR)),
    ("6.10/1", "several CONTINUATIONs", sends(lambda c: continued(c, 3, end())), answered),
    ("6.10/2", "CONTINUATION, then another frame",
     sends(half, frame(CONTINUATION, 0, 1), frame(DATA, END_STREAM, 1, b"test")), connection_error(PROTOCOL_ERROR)),
    ("6.10/3", "CONTINUATION on stream 0", sends(half, frame(CONTINUATION, END_HEADERS, 0)), connection_error(PROTOCOL_ERROR)),
    ("6.10/4", "CONTINUATION after HEADERS with END_HEADERS", sends(open_call, frame(CONTINUATION, END_HEADERS, 1)),
     connection_error(PROTOCOL_ERROR)),
    ("6.10/5", "CONTINUATION after one with END_HEADERS",
     sends(lambda c: continued(c, 2), frame(CONTINUATION, END_HEADERS, 1)), connection_error(PROTOCOL_ERROR)),
    ("6.10/6", "CONTINUATION after DATA", sends(open_call, frame(DATA, 0, 1, b"\0"), frame(CONTINUATION, END_HEADERS, 1)),
     connection_error(PROTOCOL_ERROR)),
    ("7/1", "GOAWAY with an unknown code", sends(frame(GOAWAY, payload=b"\0\0\0\0\0\0\0\xff")), closed),
    ("7/2", "RST_STREAM with an unknown code", sends(open_call, frame(RST_STREAM, 0, 1, b"\0\0\0\xff")), alive),
    ("8.1/1", "a second HEADERS without END_STREAM", sends(open_call, open_call), stream_error(PROTOCOL_ERROR)),
    ("8.2.1/1", "an upper-case name", sends(lambda c: c.call(1, extra=[("X-TEST", "ok")])), stream_error(PROTOCOL_ERROR)),
    ("8.3/1", "an unknown pseudo-header", sends(lambda c: c.head(1, [(":test", "ok")] + c.fields())), stream_error(PROTOCOL_ERROR)),
    ("8.3/2", "a pseudo-header of responses", sends(lambda c: c.head(1, [(":status", "200")] + c.fields())),
     stream_error(PROTOCOL_ERROR)),
    ("8.3/3", "a pseudo-header as a trailer",
     sends(open_call, frame(DATA, 0, 1, EMPTY),
           lambda c: frame(HEADERS, END_HEADERS | END_STREAM, 1, c.encoder.encode([(":method", "POST")]))),
     stream_error(PROTOCOL_ERROR)),
    ("8.3/4", "a pseudo-header after others", sends(lambda c: c.head(1, c.fields()[1:] + [(":method", "POST")])),
     stream_error(PROTOCOL_ERROR)),
    ("8.2.2/1", "a field of the connection", sends(lambda c: c.call(1, extra=[("connection", "keep-alive")])),
     stream_error(PROTOCOL_ERROR)),
    ("8.2.2/2", "TE that is not \"trailers\"", sends(lambda c: c.call(1, changed={"te": "trailers, deflate"})),
     stream_error(PROTOCOL_ERROR)),
    ("8.3.1/1", "an empty :path", sends(lambda c: c.call(1, changed={":path": ""})), stream_error(PROTOCOL_ERROR)),
    ("8.3.1/2", "no :method", sends(lambda c: c.call(1, changed={":method": None})), stream_error(PROTOCOL_ERROR)),
    ("8.3.1/3", "no :scheme", sends(lambda c: c.call(1, changed={":scheme": None})), stream_error(PROTOCOL_ERROR)),
    ("8.3.1/4", "no :path", sends(lambda c: c.call(1, changed={":path": None})), stream_error(PROTOCOL_ERROR)),
    ("8.3.1/5", "two :method", sends(lambda c: c.head(1, [(":method", "POST")] + c.fields())), stream_error(PROTOCOL_ERROR)),
    ("8.3.1/6", "two :scheme", sends(lambda c: c.head(1, [(":scheme", "https")] + c.fields())), stream_error(PROTOCOL_ERROR)),
    ("8.3.1/7", "two :path", sends(lambda c: c.head(1, [(":path", "/")] + c.fields())), stream_error(PROTOCOL_ERROR)),
    ("8.1.1/1", "content-length that is not the DATA's",
     sends(lambda c: c.head(1, extra=[("content-length", "1")]), end()), stream_error(PROTOCOL_ERROR)),
    ("8.1.1/2", "content-length that is not the sum of the DATA",
     sends(lambda c: c.head(1, extra=[("content-length", "1")]), frame(DATA, 0, 1, EMPTY[:2]), end(body=EMPTY[2:])),
     stream_error(PROTOCOL_ERROR)),
    ("8.4/1", "PUSH_PROMISE", sends(lambda c: frame(PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\x02" + block(c))),
     connection_error(PROTOCOL_ERROR)),
]

HPACK = [
    ("2.3.3/1", "an index that is not there", with_field(b"\xff\x00"), connection_error(COMPRESSION_ERROR)),  # 127
    ("2.3.3/2", "a name's index that is not there", with_field(b"\x7f\x40\x01a"), connection_error(COMPRESSION_ERROR)),
    ("4.2/1", "a change of the table's size at the end", with_field(b"\x3f\x61"), connection_error(COMPRESSION_ERROR)),
    ("5.2/1", "Huffman padding of more than 7 bits",
     with_field(b"\x00\x85\xf2\xb2\x4a\x84\xff\x84\x49\x50\x9f\xff"), connection_error(COMPRESSION_ERROR)),
    ("5.2/2", "Huffman padding of zeros",
     with_field(b"\x00\x85\xf2\xb2\x4a\x84\xff\x83\x49\x50\x90"), connection_error(COMPRESSION_ERROR)),
    ("5.2/3", "a Huffman string with EOS",
     with_field(b"\x00\x85\xf2\xb2\x4a\x84\xff\x87\x49\x51\xff\xff\xff\xfa\x7f"), connection_error(COMPRESSION_ERROR)),
    ("6.1/1", "index 0", with_field(b"\x80"), connection_error(COMPRESSION_ERROR)),
    ("6.3/1", "a table larger than SETTINGS_HEADER_TABLE_SIZE", with_update(b"\x3f\xe2\x1f"),  # 4,097
     connection_error(COMPRESSION_ERROR)),
]

ALL = [(f"{group}/{number}", what, send, check) for group, cases in
       (("generic", GENERIC), ("http2", HTTP2), ("hpack", HPACK)) for number, what, send, check in cases]


def test_the_tables_are_complete():
    assert (len(GENERIC), len(HTTP2), len(HPACK)) == (44, 95, 8)
    assert len({number for number, *_ in ALL}) == 147


@pytest.mark.parametrize("what, send, check", [case[1:] for case in ALL], ids=[case[0] for case in ALL])
def test_case(server, what, send, check):
    with RawClient(server, preface=send is not None) as client:
        if send is None:
            client.send(b"INVALID CONNECTION PREFACE\r\n\r\n")
        else:
            send(client)
        check(client)
    with RawClient(server) as other:
        other.send(other.call(1))
        assert other.status(1) == 0, "a client after it"
