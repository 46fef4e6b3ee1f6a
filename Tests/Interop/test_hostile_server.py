"""What a server may send that must do the client no harm: HTTP/2 frames written by hand behind TLS of Python's own."""

import contextlib
import socket
import ssl
import struct
import threading

import hpack
import pytest

from raw_http2 import ACK, CONTINUATION, END_HEADERS, END_STREAM, HEADERS, PREFACE, SETTINGS, frame
from rpc_client_peers import PROTO, SERVICE, run

RESOURCE_EXHAUSTED = 64 + 8


class HostileServer:
    """Answers each call with `answer(stream, encoder)`."""

    def __init__(self, certs, answer):
        self.answer = answer
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certs / "server.pem", certs / "server.key")
        context.set_alpn_protocols(["h2"])
        self.listener = context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                self.speak(connection, connection.makefile("rb"))

    def speak(self, connection, incoming):
        encoder = hpack.Encoder()
        assert incoming.read(len(PREFACE)) == PREFACE
        connection.sendall(frame(SETTINGS))
        while True:
            head = incoming.read(9)
            if len(head) < 9:
                return
            length, (kind, flags, stream) = int.from_bytes(head[:3], "big"), struct.unpack(">BBI", head[3:])
            incoming.read(length)
            if kind == SETTINGS and not flags & ACK:
                connection.sendall(frame(SETTINGS, ACK))
            elif kind == HEADERS:
                connection.sendall(self.answer(stream, encoder))

    def close(self):
        self.listener.close()


def bomb(stream, encoder):
    """A field of 3,900 bytes, named again by each of 12,000 bytes: 47 MB of headers."""
    large = encoder.encode([(":status", "200"), ("content-type", "application/grpc"), ("x-bomb", "b" * 3_900)])
    return frame(HEADERS, 0, stream, large) + frame(CONTINUATION, END_HEADERS, stream, b"\xbe" * 12_000)


def bomb_in_trailers(stream, encoder):
    head = encoder.encode([(":status", "200"), ("content-type", "application/grpc")])
    large = encoder.encode([("x-bomb", "b" * 3_900)])
    return (frame(HEADERS, END_HEADERS, stream, head) + frame(HEADERS, END_STREAM, stream, large)
            + frame(CONTINUATION, END_HEADERS, stream, b"\xbe" * 12_000))


@pytest.mark.parametrize("answer", [bomb, bomb_in_trailers])
def test_headers_far_beyond_the_limit_fail_the_call_and_say_why(certs, answer):
    server = HostileServer(certs, answer)
    try:
        result = run(
            "call", f"{SERVICE}/UnaryCall", *PROTO, "--address", server.address, "--cacert", certs / "ca.pem",
            code=RESOURCE_EXHAUSTED)
        assert "response headers are longer than" in result.stderr, result.stderr
    finally:
        server.close()
