"""What the transport does with what it should not get: the connection, and the server, live on."""

import socket
import ssl
import subprocess
import time

import grpc
import pytest
from grpc import StatusCode

from conftest import Server, accrual, key, refused

ACCRUE = "/loyalty.v1.LoyaltyService/Accrue"


def raw(channel, path=ACCRUE):
    return channel.unary_unary(path, request_serializer=bytes, response_deserializer=bytes)


def test_an_unknown_method_and_service_are_unimplemented(shared_server):
    with shared_server.channel() as channel:
        refused(lambda: raw(channel, "/loyalty.v1.LoyaltyService/Steal")(b""), StatusCode.UNIMPLEMENTED)
        refused(lambda: raw(channel, "/loyalty.v1.Nothing/Accrue")(b""), StatusCode.UNIMPLEMENTED)


def test_bytes_that_are_no_protobuf_are_internal_and_the_connection_lives_on(stubs, shared_server):
    from loyalty.v1 import loyalty_service_pb2_grpc

    with shared_server.channel() as channel:
        for garbage in (b"\xff", b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\x02\xc3\x28", b"\x00\x00"):
            error = refused(lambda: raw(channel)(garbage), StatusCode.INTERNAL)
            assert error.details()
        assert loyalty_service_pb2_grpc.LoyaltyServiceStub(channel).Accrue(accrual("M-" + key())).points > 0


def test_an_over_long_message_is_resource_exhausted(shared_server):
    with shared_server.channel() as channel:
        error = refused(lambda: raw(channel)(b"\x00" * (5 << 20)), StatusCode.RESOURCE_EXHAUSTED)
        assert "4194304" in error.details() or "4 MiB" in error.details(), error.details()


def test_a_deadline_in_the_past_is_told_as_such(shared_server):
    with shared_server.channel() as channel:
        refused(lambda: raw(channel)(b"", timeout=1e-9), StatusCode.DEADLINE_EXCEEDED)


def test_headers_over_the_limit_end_the_call_and_not_the_server(stubs, shared_server):
    from loyalty.v1 import loyalty_service_pb2_grpc

    with shared_server.channel() as channel:
        loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        try:
            loyalty.Accrue(accrual("M-1"), metadata=[("x-long", "y" * (64 << 10))])
            raise AssertionError("64 KiB of metadata were accepted")
        except grpc.RpcError as error:
            assert error.code() in (StatusCode.RESOURCE_EXHAUSTED, StatusCode.INTERNAL, StatusCode.UNAVAILABLE)
    with shared_server.channel() as channel:
        assert loyalty_service_pb2_grpc.LoyaltyServiceStub(channel).Accrue(accrual("M-" + key())).points > 0


def lines_of(server):
    return server.log.read_text().splitlines()


def closed_with_one_line(server, send):
    host, port = server.address.rsplit(":", 1)
    before = len(lines_of(server))
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.settimeout(10)
        connection.sendall(send)
        while connection.recv(4096):
            pass
    for _ in range(200):
        if len(lines_of(server)) > before:
            break
        time.sleep(0.01)
    time.sleep(0.1)
    added = lines_of(server)[before:]
    assert len(added) == 1, added
    return added[0]


def test_plain_http_on_the_port_is_closed_with_one_log_line(server):
    closed_with_one_line(server, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")


def test_plaintext_http2_on_the_port_is_closed_with_one_log_line(server):
    closed_with_one_line(server, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")


def secured(server, *protocols):
    context = ssl.create_default_context(cafile=server.certs / "ca.pem")
    if protocols:
        context.set_alpn_protocols(list(protocols))
    host, port = server.address.rsplit(":", 1)
    return context.wrap_socket(socket.create_connection((host, int(port)), timeout=10), server_hostname="localhost")


def everything(connection):
    text = b""
    while piece := connection.recv(4096):
        text += piece
    return text.decode()


@pytest.mark.parametrize("protocols", [["http/1.1"], ["http/1.0", "http/1.1"], []])
def test_a_client_without_h2_is_told_in_words_what_is_spoken(server, protocols):
    before = len(lines_of(server))
    with secured(server, *protocols) as connection:
        connection.sendall(b"POST /loyalty.v1.LoyaltyService/GetTier HTTP/1.1\r\nhost: localhost\r\n"
                           b"content-length: 2\r\n\r\n")
        connection.sendall(b"{}")
        head, body = everything(connection).split("\r\n\r\n")
    assert head.startswith("HTTP/1.1 505 ") and f"content-length: {len(body)}" in head
    assert "HTTP/2" in body and "gRPC" in body
    for _ in range(200):
        if len(lines_of(server)) > before:
            break
        time.sleep(0.01)
    (line,) = lines_of(server)[before:]
    assert "HTTP/2" in line


def test_a_client_that_offers_nothing_spoken_here_is_refused_in_the_handshake(server):
    with pytest.raises(ssl.SSLError):
        secured(server, "spdy/3").close()


def test_a_request_in_http1_without_an_end_is_read_up_to_a_limit(server):
    with secured(server, "http/1.1") as connection:
        try:
            for _ in range(64):
                connection.sendall(b"x-filler: " + b"y" * 4_080 + b"\r\n")
            assert connection.recv(100) == b""
        except (ssl.SSLError, ConnectionError):
            pass


def test_curl_prints_what_is_spoken(server):
    result = subprocess.run(
        ["curl", "-sS", "--http1.1", "--cacert", server.certs / "ca.pem", "--json", "{}",
         f"https://localhost:{server.address.rsplit(':', 1)[1]}{ACCRUE}"], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0 and "HTTP/2" in result.stdout, result


def test_the_variable_that_browsers_heed_makes_no_server_write_its_secrets(tmp_path, certs, monkeypatch):
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "secrets"))
    server = Server(tmp_path, certs).start()
    monkeypatch.delenv("SSLKEYLOGFILE")
    try:
        with server.channel() as channel:
            refused(lambda: raw(channel, "/loyalty.v1.LoyaltyService/Steal")(b""), StatusCode.UNIMPLEMENTED)
    finally:
        assert server.stop() == 0
    assert not (tmp_path / "secrets").exists()


def test_metadata_and_binary_metadata_survive_the_way(stubs, shared_server):
    """A binary header that is no Base64 ends the call; a good one does not."""
    from loyalty.v1 import loyalty_service_pb2_grpc

    with shared_server.channel() as channel:
        loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        answer = loyalty.Accrue(
            accrual("M-" + key()), metadata=[("x-trace-bin", bytes(range(256))), ("x-note", "plain text")])
        assert answer.points > 0


def test_a_thousand_calls_at_once_on_one_connection_are_each_answered_as_asked(stubs, shared_server):
    from loyalty.v1 import loyalty_service_pb2_grpc

    with shared_server.channel() as channel:
        loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        members = ["M-" + key() for _ in range(1000)]
        calls = [loyalty.Accrue.future(accrual(member)) for member in members]
        assert [call.result().member_id for call in calls] == members
