"""The client library, by way of rpc-client, against gRPC's official interop server in ruby-grpc: the cases of
grpc/doc/interop-test-descriptions.md that it supports. And against Python's grpcio, whose calls fail as a test asks: deadlines,
cancellation, retries and hedging by service config.
"""

import base64
import concurrent.futures
import json
import subprocess
import threading
import time

import grpc
import pytest

from conftest import BIN
from test_interop import InteropServer
from rpc_client_peers import CLEAN, CLIENT, PROTO, SERVICE, Peer, interop_stubs, ruby_peer, server_credentials  # noqa: F401


def call(peer, method, data=None, *options, code=0):
    words = ["call", f"{SERVICE}/{method}", "--compact", *options]
    if data is not None:
        words += ["-d", "".join(json.dumps(one) for one in data) if isinstance(data, list) else json.dumps(data)]
    result = peer.run(*words, code=code)
    return [json.loads(line) for line in result.stdout.splitlines()] if code == 0 else result.stderr


def zeros(count):
    return base64.b64encode(bytes(count)).decode()


def body(response):
    return base64.b64decode(response.get("payload", {}).get("body", ""))


# The official cases, by their names, against ruby-grpc


def test_empty_unary(ruby_peer):
    assert call(ruby_peer, "EmptyCall") == [{}]


def test_large_unary(ruby_peer, tmp_path):
    request = tmp_path / "large.json"
    request.write_text(json.dumps({"responseSize": 314159, "payload": {"body": zeros(271828)}}))
    result = ruby_peer.run("call", f"{SERVICE}/UnaryCall", "--compact", "-d", f"@{request}")
    assert body(json.loads(result.stdout)) == bytes(314159)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_client_compressed_unary(ruby_peer, tmp_path, encoding):
    request = tmp_path / "large.json"
    request.write_text(json.dumps({"responseSize": 314159, "payload": {"body": zeros(271828)}}))
    result = ruby_peer.run("call", f"{SERVICE}/UnaryCall", "--compact", "--compress", encoding, "-d", f"@{request}")
    assert body(json.loads(result.stdout)) == bytes(314159)


def test_client_streaming(ruby_peer):
    sizes = [27182, 8, 1828, 45904]
    (answer,) = call(ruby_peer, "StreamingInputCall", [{"payload": {"body": zeros(size)}} for size in sizes])
    assert answer == {"aggregatedPayloadSize": 74922}


def test_client_compressed_streaming(ruby_peer):
    sizes = [27182, 45904]
    requests = [{"payload": {"body": zeros(size)}} for size in sizes]
    assert call(ruby_peer, "StreamingInputCall", requests, "--compress", "gzip") == [{"aggregatedPayloadSize": 73086}]


def test_server_streaming(ruby_peer):
    sizes = [31415, 9, 2653, 58979]
    answers = call(ruby_peer, "StreamingOutputCall", {"responseParameters": [{"size": size} for size in sizes]})
    assert [len(body(answer)) for answer in answers] == sizes


def test_ping_pong(ruby_peer):
    sizes = [(27182, 31415), (8, 9), (1828, 2653), (45904, 58979)]
    requests = [
        {"responseParameters": [{"size": answer}], "payload": {"body": zeros(request)}} for request, answer in sizes]
    answers = call(ruby_peer, "FullDuplexCall", requests)
    assert [len(body(answer)) for answer in answers] == [answer for _, answer in sizes]


def test_empty_stream(ruby_peer):
    assert call(ruby_peer, "FullDuplexCall", []) == []


def test_custom_metadata(ruby_peer):
    binary = base64.b64encode(bytes([0xab, 0xab, 0xab])).decode()
    result = ruby_peer.run(
        "call", f"{SERVICE}/UnaryCall", "-v", "-H", "x-grpc-test-echo-initial: test_initial_metadata_value", "-H",
        f"x-grpc-test-echo-trailing-bin: {binary}", "-d", "{}")
    assert "test_initial_metadata_value" in result.stderr and "x-grpc-test-echo-trailing-bin" in result.stderr


def test_status_code_and_message(ruby_peer):
    said = call(
        ruby_peer, "UnaryCall", {"responseStatus": {"code": 2, "message": "test status message"}}, code=66)
    assert "UNKNOWN" in said and "test status message" in said


def test_unimplemented_method_and_service(ruby_peer, tmp_path):
    (tmp_path / "none.proto").write_text(
        'syntax = "proto3"; package grpc.testing; message None {} '
        "service UnimplementedService { rpc UnimplementedCall(None) returns (None); }")
    tls = ruby_peer.tls[:-len(PROTO)] + ["--proto", "none.proto", "-I", tmp_path]
    said = Peer(ruby_peer.address, tls).run(
        "call", "grpc.testing.UnimplementedService/UnimplementedCall", code=76).stderr
    assert "UNIMPLEMENTED" in said


def test_timeout_on_sleeping_server(ruby_peer):
    # The server waits for a request that does not come.
    words = [CLIENT, "call", f"{SERVICE}/FullDuplexCall", "-d", "@-", "--timeout", "300ms", "--address", ruby_peer.address]
    process = subprocess.Popen(
        [*map(str, words), *map(str, ruby_peer.tls)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**CLEAN, "HOME": "/nonexistent"})
    try:
        assert process.wait(timeout=60) == 68
        assert b"DEADLINE_EXCEEDED" in process.stderr.read()
    finally:
        process.kill()


@pytest.fixture(scope="module")
def own_peer(tmp_path_factory, certs):
    server = InteropServer(
        tmp_path_factory.mktemp("interop-server"), "--certificate", certs / "server.pem", "--key", certs / "server.key")
    yield Peer(server.address, ["--cacert", certs / "ca.pem"])
    assert server.stop() == 0


@pytest.mark.parametrize("maker", ["ruby", "own"])
@pytest.mark.parametrize("case", ["cancel_after_begin", "cancel_after_first_response", "concurrent_large_unary"])
def test_the_cases_that_need_a_program(request, maker, case):
    """A thousand large calls, eight at a time, are 586 MB through one connection."""
    peer = request.getfixturevalue(f"{maker}_peer")
    name = ["--server-name", "foo.test.google.fr"] if maker == "ruby" else []
    result = subprocess.run(
        [BIN / "interop-client", "--address", peer.address, "--ca", peer.tls[1], *name, case],
        capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stderr


# Python's grpcio, failing as asked


class Flaky:
    """A grpcio server that fails each key's first calls, or does not answer them, and counts all."""

    def __init__(self, certs, stubs):
        import test_pb2
        import test_pb2_grpc

        self.counts, self.previous, self.cancelled, self.lock = {}, [], threading.Event(), threading.Lock()
        outer = self

        def enter(context):
            metadata = dict(context.invocation_metadata())
            with outer.lock:
                key = metadata.get("x-key", "")
                outer.counts[key] = count = outer.counts.get(key, 0) + 1
                outer.previous.append(metadata.get("grpc-previous-rpc-attempts"))
            if count <= int(metadata.get("x-failures", 0)):
                if "x-pushback" in metadata:
                    context.set_trailing_metadata([("grpc-retry-pushback-ms", metadata["x-pushback"])])
                context.abort(grpc.StatusCode.UNAVAILABLE, f"failure {count}")
            if count <= int(metadata.get("x-silences", 0)):
                context.add_callback(outer.cancelled.set)
                while context.is_active():
                    time.sleep(0.02)
            return count

        class Service(test_pb2_grpc.TestServiceServicer):
            def UnaryCall(self, request, context):
                return test_pb2.SimpleResponse(username=f"attempt {enter(context)}")

            def StreamingInputCall(self, requests, context):
                size = sum(len(request.payload.body) for request in requests)
                enter(context)
                return test_pb2.StreamingInputCallResponse(aggregated_payload_size=size)

            def StreamingOutputCall(self, request, context):
                enter(context)
                for parameters in request.response_parameters:
                    yield test_pb2.StreamingOutputCallResponse(payload=test_pb2.Payload(body=bytes(parameters.size)))
                if dict(context.invocation_metadata()).get("x-then-fail"):
                    context.abort(grpc.StatusCode.UNAVAILABLE, "after the messages")

        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=16))
        test_pb2_grpc.add_TestServiceServicer_to_server(Service(), self.server)
        self.port = self.server.add_secure_port("127.0.0.1:0", server_credentials(certs))
        self.server.start()
        self.peer = Peer(f"127.0.0.1:{self.port}", ["--cacert", certs / "ca.pem", *PROTO])


@pytest.fixture(scope="module")
def flaky(certs, interop_stubs):
    server = Flaky(certs, interop_stubs)
    yield server
    server.server.stop(None).wait()


@pytest.fixture
def retrying(tmp_path):
    path = tmp_path / "retry.json"
    path.write_text(json.dumps({"methodConfig": [{"name": [{"service": SERVICE}], "retryPolicy": {
        "maxAttempts": 4, "initialBackoff": "0.02s", "maxBackoff": "0.1s", "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"]}}]}))
    return ["--service-config", path]


def failing(key, failures, **more):
    headers = {"x-key": key, "x-failures": failures} | {name.replace("_", "-"): value for name, value in more.items()}
    return [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]


def test_failures_are_retried_and_each_attempt_says_which_it_is(flaky, retrying):
    before = len(flaky.previous)
    assert call(flaky.peer, "UnaryCall", {}, *retrying, *failing("a", 3)) == [{"username": "attempt 4"}]
    assert flaky.previous[before:] == [None, "1", "2", "3"]


def test_attempts_are_limited_and_none_is_made_without_a_policy(flaky, retrying):
    assert "failure 4" in call(flaky.peer, "UnaryCall", {}, *retrying, *failing("b", 9), code=78)
    assert "failure 1" in call(flaky.peer, "UnaryCall", {}, *failing("c", 9), code=78)
    assert (flaky.counts["b"], flaky.counts["c"]) == (4, 1)


def test_pushback_is_obeyed(flaky, retrying):
    begun = time.monotonic()
    assert call(flaky.peer, "UnaryCall", {}, *retrying, *failing("d", 1, x_pushback=700)) == [{"username": "attempt 2"}]
    assert time.monotonic() - begun >= 0.7
    call(flaky.peer, "UnaryCall", {}, *retrying, *failing("e", 1, x_pushback=-1), code=78)
    assert flaky.counts["e"] == 1


def test_a_stream_of_requests_is_sent_again(flaky, retrying):
    requests = [{"payload": {"body": zeros(100)}}] * 50
    answer = call(flaky.peer, "StreamingInputCall", requests, *retrying, *failing("f", 2))
    assert answer == [{"aggregatedPayloadSize": 5_000}] and flaky.counts["f"] == 3


def test_a_call_whose_response_has_begun_is_not_made_again(flaky, retrying):
    said = call(
        flaky.peer, "StreamingOutputCall", {"responseParameters": [{"size": 1}]}, *retrying, *failing("g", 0, x_then_fail=1),
        code=78)
    assert "after the messages" in said and flaky.counts["g"] == 1


def test_a_hedge_overtakes_and_the_others_are_cancelled(flaky, tmp_path):
    path = tmp_path / "hedge.json"
    path.write_text(json.dumps({"methodConfig": [{"name": [{}], "hedgingPolicy": {"maxAttempts": 3, "hedgingDelay": "0.1s"}}]}))
    flaky.cancelled.clear()
    (answer,) = call(flaky.peer, "UnaryCall", {}, "--service-config", path, *failing("h", 0, x_silences=1))
    assert answer["username"] in ("attempt 2", "attempt 3")
    assert flaky.cancelled.wait(30)


def test_a_deadline_reaches_the_server_as_cancellation(flaky):
    flaky.cancelled.clear()
    said = call(flaky.peer, "UnaryCall", {}, "--timeout", "300ms", *failing("i", 0, x_silences=9), code=68)
    assert "DEADLINE_EXCEEDED" in said
    assert flaky.cancelled.wait(30)


def test_a_service_config_that_is_wrong_says_where(flaky, tmp_path):
    path = tmp_path / "wrong.json"
    path.write_text('{"methodConfig": [{"name": [{}], "timeout": "soon"}]}')
    said = flaky.peer.run("call", f"{SERVICE}/EmptyCall", "--service-config", path, code=64).stderr
    assert "methodConfig[0].timeout" in said


def test_a_list_of_servers_lives_without_its_first(flaky, certs, interop_stubs):
    other = Flaky(certs, interop_stubs)
    both = Peer(f"ipv4:127.0.0.1:{other.port},127.0.0.1:{flaky.port}", flaky.peer.tls)
    call(both, "UnaryCall", {}, *failing("j", 0))
    other.server.stop(None).wait()
    call(both, "UnaryCall", {}, *failing("j", 0))
    assert (other.counts["j"], flaky.counts["j"]) == (1, 1)
