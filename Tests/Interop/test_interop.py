"""gRPC's interoperability cases against our server: Debian's ruby-grpc brings the official client, and Python's grpcio asks
what that client leaves out. Each case is a process or a call of its own."""

import glob
import pathlib
import signal
import subprocess
import sys
import time

import grpc
import pytest

from conftest import BIN, ROOT
from raw_http2 import SETTINGS, WINDOW_UPDATE, RawClient, frame

SCHEMAS = ROOT / "Tests" / "InteropAPI"


def ruby(name):
    found = glob.glob(f"/usr/lib/*/rubygems-integration/*/gems/grpc-*/src/ruby/{name}")
    assert found, "ruby-grpc is not there: apt-get install ruby-grpc"
    return pathlib.Path(found[0])


class InteropServer:
    def __init__(self, folder, *options):
        ready = folder / "ready"
        self.process = subprocess.Popen([BIN / "interop-server", "--ready-file", ready, *options])
        while not ready.exists():
            assert self.process.poll() is None, "interop-server ended at start"
            time.sleep(0.01)
        self.address = ready.read_text().strip()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory):
    """With the certificates that ruby-grpc's client expects."""
    data = ruby("spec/testdata")
    server = InteropServer(
        tmp_path_factory.mktemp("interop"), "--certificate", data / "server1.pem", "--key", data / "server1.key")
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="module")
def stubs(tmp_path_factory):
    out = tmp_path_factory.mktemp("interop-stubs")
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{SCHEMAS}", f"--python_out={out}", f"--grpc_python_out={out}",
         "grpc/testing/test.proto"], check=True)
    # `grpc` is Python's own package: the stubs are found beside it.
    import importlib.util

    grpc.__path__.append(str(out / "grpc"))
    messages = importlib.import_module("grpc.testing.test_pb2")
    services = importlib.import_module("grpc.testing.test_pb2_grpc")
    yield messages, services


@pytest.fixture
def service(tls_server, stubs):
    data = ruby("spec/testdata")
    credentials = grpc.ssl_channel_credentials((data / "ca.pem").read_bytes())
    options = [("grpc.ssl_target_name_override", "foo.test.google.fr"), ("grpc.max_receive_message_length", -1)]
    with grpc.secure_channel(tls_server.address, credentials, options=options) as channel:
        yield stubs[1].TestServiceStub(channel)


# All that the official client of ruby-grpc 1.51 has, but the cases of Google's credentials.
@pytest.mark.parametrize("case", [
    "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream",
    "client_compressed_unary", "client_compressed_streaming", "timeout_on_sleeping_server", "cancel_after_begin",
    "cancel_after_first_response", "unimplemented_method", "unimplemented_service", "status_code_and_message",
    "custom_metadata"])
def test_the_official_ruby_client(tls_server, case):
    client = ruby("pb/test/client.rb")
    host, port = tls_server.address.rsplit(":", 1)
    done = subprocess.run(
        ["ruby", "-I", client.parents[2] / "lib", "-I", client.parents[1], client, "--server_host", host,
         "--server_port", port, "--server_host_override", "foo.test.google.fr", "--use_tls", "true", "--use_test_ca", "true",
         "--test_case", case], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"OK: {case}" in done.stdout + done.stderr, done.stdout + done.stderr


@pytest.mark.parametrize("compressed", [True, False])
def test_server_compressed_unary(service, stubs, compressed):
    request = stubs[0].SimpleRequest(
        response_size=314_159, payload=stubs[0].Payload(body=bytes(271_828)),
        response_compressed=stubs[0].BoolValue(value=compressed))
    assert len(service.UnaryCall(request).payload.body) == 314_159


@pytest.fixture(scope="module")
def plain_server(tmp_path_factory):
    server = InteropServer(tmp_path_factory.mktemp("plain"), "--plaintext")
    yield server
    assert server.stop() == 0


def on_the_wire(server, method, request, accepted):
    """What the headers call the encoding, and flag and length of each message: no client library shows them."""
    with RawClient(server, plain=True) as client:
        extra = [("grpc-accept-encoding", accepted)] if accepted else []
        path = f"/grpc.testing.TestService/{method}"
        client.send(
            frame(WINDOW_UPDATE, 0, 0, b"\x0f\xff\xff\xff"),
            frame(SETTINGS, payload=b"\0\x04\x0f\xff\xff\xff"),
            client.call(1, request.SerializeToString(), changed={":path": path, ":scheme": "http"}, extra=extra))
        assert client.status(1) == 0
        data, messages = client.stream(1).data, []
        while data:
            length = int.from_bytes(data[1:5], "big")
            messages.append((data[0], length))
            data = data[5 + length:]
        return client.stream(1).headers.get("grpc-encoding"), messages


@pytest.mark.parametrize("accepted, wanted, flag", [
    ("identity,gzip", True, 1), ("gzip", True, 1), ("gzip", False, 0), ("identity", True, 0), ("deflate", True, 0),
    (None, True, 0)])
def test_a_reply_is_compressed_only_as_the_client_accepts_it(plain_server, stubs, accepted, wanted, flag):
    request = stubs[0].SimpleRequest(response_size=314_159, response_compressed=stubs[0].BoolValue(value=wanted))
    encoding, messages = on_the_wire(plain_server, "UnaryCall", request, accepted)
    assert encoding == ("gzip" if flag else None)
    assert [found for found, _ in messages] == [flag]
    assert messages[0][1] < 2_000 if flag else messages[0][1] > 314_159


def test_each_message_of_a_stream_has_the_flag_that_was_asked_for(plain_server, stubs):
    wanted = [True, False, True]
    request = stubs[0].StreamingOutputCallRequest(response_parameters=[
        stubs[0].ResponseParameters(size=31_415, compressed=stubs[0].BoolValue(value=value)) for value in wanted])
    encoding, messages = on_the_wire(plain_server, "StreamingOutputCall", request, "gzip")
    assert encoding == "gzip" and [flag for flag, _ in messages] == [1, 0, 1]


def test_server_compressed_streaming(service, stubs):
    sizes = [(31_415, True), (92_653, False)]
    request = stubs[0].StreamingOutputCallRequest(response_parameters=[
        stubs[0].ResponseParameters(size=size, compressed=stubs[0].BoolValue(value=compressed))
        for size, compressed in sizes])
    assert [len(answer.payload.body) for answer in service.StreamingOutputCall(request)] == [31_415, 92_653]


@pytest.mark.parametrize("algorithm", [grpc.Compression.Gzip, grpc.Compression.Deflate, grpc.Compression.NoCompression])
def test_requests_are_read_however_they_are_compressed(service, stubs, algorithm):
    expected = stubs[0].BoolValue(value=algorithm != grpc.Compression.NoCompression)
    request = stubs[0].SimpleRequest(
        response_size=1_000, payload=stubs[0].Payload(body=bytes(100_000)), expect_compressed=expected)
    assert len(service.UnaryCall(request, compression=algorithm).payload.body) == 1_000
    parts = [
        stubs[0].StreamingInputCallRequest(payload=stubs[0].Payload(body=bytes(50_000)), expect_compressed=expected)
        for _ in range(3)]
    assert service.StreamingInputCall(iter(parts), compression=algorithm).aggregated_payload_size == 150_000


def test_a_message_that_is_not_compressed_as_it_says_is_refused(service, stubs):
    request = stubs[0].SimpleRequest(
        payload=stubs[0].Payload(body=bytes(1_000)), expect_compressed=stubs[0].BoolValue(value=True))
    with pytest.raises(grpc.RpcError) as caught:
        service.UnaryCall(request)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_special_status_message(service, stubs):
    text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
    with pytest.raises(grpc.RpcError) as caught:
        service.UnaryCall(stubs[0].SimpleRequest(response_status=stubs[0].EchoStatus(code=2, message=text)))
    assert caught.value.code() == grpc.StatusCode.UNKNOWN and caught.value.details() == text


def test_all_four_kinds(service, stubs):
    messages = stubs[0]
    assert service.EmptyCall(messages.Empty()) == messages.Empty()
    sizes = [31_415, 9, 2_653, 58_979]
    parameters = [messages.ResponseParameters(size=size) for size in sizes]
    answers = service.StreamingOutputCall(messages.StreamingOutputCallRequest(response_parameters=parameters))
    assert [len(answer.payload.body) for answer in answers] == sizes
    sent = [messages.StreamingInputCallRequest(payload=messages.Payload(body=bytes(size))) for size in sizes]
    assert service.StreamingInputCall(iter(sent)).aggregated_payload_size == sum(sizes)
    for method in (service.FullDuplexCall, service.HalfDuplexCall):
        requests = [messages.StreamingOutputCallRequest(response_parameters=[part]) for part in parameters]
        assert [len(answer.payload.body) for answer in method(iter(requests))] == sizes


def test_initial_metadata_and_trailers(service, stubs):
    metadata = [("x-grpc-test-echo-initial", "test_initial_metadata_value"), ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")]
    _, call = service.UnaryCall.with_call(stubs[0].SimpleRequest(response_size=10), metadata=metadata)
    assert dict(call.initial_metadata())["x-grpc-test-echo-initial"] == "test_initial_metadata_value"
    assert dict(call.trailing_metadata())["x-grpc-test-echo-trailing-bin"] == b"\xab\xab\xab"


def test_a_deadline_ends_a_stream_that_sleeps(service, stubs):
    request = stubs[0].StreamingOutputCallRequest(response_parameters=[
        stubs[0].ResponseParameters(size=1), stubs[0].ResponseParameters(size=1, interval_us=60_000_000)])
    answers = service.StreamingOutputCall(request, timeout=1)
    assert len(next(answers).payload.body) == 1
    with pytest.raises(grpc.RpcError) as caught:
        next(answers)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_cancelling_leaves_the_connection_to_others(service, stubs):
    request = stubs[0].StreamingOutputCallRequest(
        response_parameters=[stubs[0].ResponseParameters(size=100_000) for _ in range(1_000)])
    for _ in range(20):
        answers = service.StreamingOutputCall(request)
        next(answers)
        answers.cancel()
    assert service.EmptyCall(stubs[0].Empty()) == stubs[0].Empty()


def test_a_reader_that_is_slow_makes_the_server_wait(service, stubs, tls_server):
    """A gigabyte is ready to be sent, and nobody reads it: the server holds little of it."""
    request = stubs[0].StreamingOutputCallRequest(
        response_parameters=[stubs[0].ResponseParameters(size=1 << 20) for _ in range(1_000)])

    def resident():
        status = pathlib.Path(f"/proc/{tls_server.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    before = resident()
    answers = service.StreamingOutputCall(request)
    next(answers)
    time.sleep(1)
    assert resident() - before < 64 << 10, "64 MiB"
    answers.cancel()


def test_plaintext_over_a_unix_socket(tmp_path, stubs):
    server = InteropServer(tmp_path, "--plaintext", "--listen", f"unix:{tmp_path}/interop.sock")
    try:
        assert server.address == f"unix:{tmp_path}/interop.sock"
        with grpc.insecure_channel(server.address) as channel:
            service = stubs[1].TestServiceStub(channel)
            assert len(service.UnaryCall(stubs[0].SimpleRequest(response_size=300_000)).payload.body) == 300_000
    finally:
        assert server.stop() == 0


def test_plaintext_on_loopback(tmp_path, stubs):
    server = InteropServer(tmp_path, "--plaintext")
    try:
        with grpc.insecure_channel(server.address) as channel:
            assert stubs[1].TestServiceStub(channel).EmptyCall(stubs[0].Empty()) == stubs[0].Empty()
    finally:
        assert server.stop() == 0


def test_plaintext_beyond_this_machine_is_refused(tmp_path):
    done = subprocess.run(
        [BIN / "interop-server", "--plaintext", "--listen", "0.0.0.0:0"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "use TLS there" in done.stderr
