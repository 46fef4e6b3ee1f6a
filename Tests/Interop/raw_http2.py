"""A client that may do what no client library lets one do: TLS of Python's own, HTTP/2 frames written by hand.

Only header compression is borrowed (`hpack`), and what the server says is read back frame by frame.
"""

import socket
import ssl
import struct

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS, PADDED, ACK = 0x1, 0x4, 0x8, 0x1
INITIAL_WINDOW_SIZE = 4
PROTOCOL_ERROR, FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR, CANCEL, ENHANCE_YOUR_CALM = 1, 3, 6, 8, 11


def frame(kind, flags=0, stream=0, payload=b"", length=None):
    """One frame; `length` to lie about the payload's."""
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def message(payload, compressed=0, length=None):
    """A message behind gRPC's prefix; `length` to lie about the payload's."""
    return bytes([compressed]) + struct.pack(">I", len(payload) if length is None else length) + payload


class Stream:
    def __init__(self):
        self.headers = {}
        self.data = b""
        self.reset = None
        self.ended = False


class RawClient:
    """One connection. Methods that send do not wait; `until` reads."""

    def __init__(self, server, name="partner-cathay-air", preface=True, settings=b"", plain=False):
        self.socket = tcp_socket(server) if plain else tls_socket(server, name)
        self.encoder = hpack.Encoder()
        self.decoder = hpack.Decoder()
        self.decoder.max_header_list_size = 1 << 20
        self.streams = {}
        self.goaway = None
        self.closed = False
        self.pongs = 0
        self.acknowledged = 0
        self.settings = {}
        self.block = None
        self.frames = []
        self.received = b""
        self.host = server.address
        if preface:
            self.send(PREFACE + frame(SETTINGS, payload=settings))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *parts):
        """False once the server has closed: what an attack was for."""
        try:
            self.socket.sendall(b"".join(parts))
            return True
        except OSError:
            self.closed = True
            return False

    def fields(self, method="ListCatalog", **changes):
        fields = {
            ":method": "POST", ":scheme": "https", ":path": f"/loyalty.v1.LoyaltyService/{method}",
            ":authority": self.host, "content-type": "application/grpc", "te": "trailers"}
        for name, value in changes.pop("changed", {}).items():
            fields[name] = value
        return [(name, value) for name, value in fields.items() if value is not None] + changes.pop("extra", [])

    def head(self, stream, fields=None, flags=END_HEADERS, **kinds):
        """The HEADERS frame of a call."""
        block = self.encoder.encode(self.fields(**kinds) if fields is None else fields)
        return frame(HEADERS, flags, stream, block)

    def call(self, stream, payload=b"", **kinds):
        """A whole unary call."""
        return self.head(stream, **kinds) + frame(DATA, END_STREAM, stream, message(payload))

    def stream(self, number):
        return self.streams.setdefault(number, Stream())

    def until(self, done, seconds=10):
        """Reads until `done(self)`, or the end of the connection."""
        self.socket.settimeout(seconds)
        while not done(self) and not self.closed:
            try:
                piece = self.socket.recv(65536)
            except TimeoutError:
                raise AssertionError("the server neither answered nor closed") from None
            except OSError:
                piece = b""
            if not piece:
                self.closed = True
            self.received += piece
            self.take_frames()
        return self

    def answered(self, number):
        self.until(lambda self: self.stream(number).ended or self.goaway is not None)
        return self.stream(number)

    def status(self, number):
        """The gRPC status of a call."""
        headers = self.answered(number).headers
        return int(headers["grpc-status"]) if "grpc-status" in headers else None

    def until_closed(self):
        return self.until(lambda self: self.closed)

    def is_alive(self):
        """The connection still answers a PING."""
        before = self.pongs
        self.send(frame(PING, payload=b"are you?"))
        self.until(lambda self: self.pongs > before or self.goaway is not None)
        return self.pongs > before

    def take_frames(self):
        while len(self.received) >= 9:
            length = int.from_bytes(self.received[:3], "big")
            if len(self.received) < 9 + length:
                return
            kind, flags = self.received[3], self.received[4]
            number = int.from_bytes(self.received[5:9], "big") & 0x7FFFFFFF
            payload, self.received = self.received[9:9 + length], self.received[9 + length:]
            self.take(kind, flags, number, payload)

    def take(self, kind, flags, number, payload):
        self.frames.append((kind, flags, number, payload))
        if kind == DATA:
            self.stream(number).data += payload
        elif kind in (HEADERS, CONTINUATION):
            self.block = (self.block or b"") + payload
            if flags & END_HEADERS:
                self.stream(number).headers.update(dict(self.decoder.decode(self.block)))
                self.block = None
        elif kind == RST_STREAM:
            self.stream(number).reset = int.from_bytes(payload, "big")
            self.stream(number).ended = True
        elif kind == GOAWAY:
            self.goaway = int.from_bytes(payload[4:8], "big")
        elif kind == PING and flags & ACK:
            self.pongs += 1
        elif kind == SETTINGS and flags & ACK:
            self.acknowledged += 1
        elif kind == SETTINGS:
            for at in range(0, len(payload), 6):
                name, value = struct.unpack(">HI", payload[at:at + 6])
                self.settings[name] = value
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            self.stream(number).ended = True


def tcp_socket(server):
    host, port = server.address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=10)


_contexts = {}


def tls_context(server, name):
    key = (server.certs, name)
    if key not in _contexts:
        context = ssl.create_default_context(cafile=server.certs / "ca.pem")
        context.set_alpn_protocols(["h2"])
        if name is not None:
            context.load_cert_chain(server.certs / f"{name}.pem", server.certs / f"{name}.key")
        _contexts[key] = context
    return _contexts[key]


def tls_socket(server, name="partner-cathay-air"):
    return tls_context(server, name).wrap_socket(tcp_socket(server), server_hostname="localhost")
