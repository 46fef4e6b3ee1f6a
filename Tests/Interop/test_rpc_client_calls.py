"""rpc-client's calls of all four kinds against servers of other makers, and beside other tools."""

import base64
import json
import pathlib
import shutil
import subprocess
import sys
import os
import threading

import pytest

from conftest import ROOT, key
from rpc_client_peers import CLEAN, CLIENT, PROTO, SERVICE, one_line, run
from rpc_client_peers import interop_stubs, peer, python_peer, ruby_peer  # noqa: F401
from test_rpc_client import accrue_json


def call(peer, method, *words, **options):
    return peer.run("call", f"{SERVICE}/{method}", *words, **options)


def body(count):
    return base64.b64encode(bytes(count)).decode()


def values(text):
    """JSON values one after the other."""
    decoder, found = json.JSONDecoder(), []
    text = text.strip()
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].lstrip()
    return found


def test_a_unary_call(peer):
    answer = json.loads(call(peer, "UnaryCall", "-d", '{"responseSize": 5}').stdout)
    assert answer == {"payload": {"body": body(5)}}


def test_a_request_may_be_left_out(peer):
    assert json.loads(call(peer, "EmptyCall").stdout) == {}


def test_a_request_from_a_file_and_from_standard_input(peer, tmp_path):
    (tmp_path / "request.json").write_text('{"response_size": 3}')
    assert json.loads(call(peer, "UnaryCall", "-d", f"@{tmp_path}/request.json").stdout) == {"payload": {"body": body(3)}}
    answer = call(peer, "UnaryCall", "-d", "@-", stdin='{"responseSize":\n 4}\n')
    assert json.loads(answer.stdout) == {"payload": {"body": body(4)}}


def test_a_stream_of_responses_is_one_json_value_each(peer):
    request = json.dumps({"responseParameters": [{"size": size} for size in (1, 2, 3)]})
    answer = call(peer, "StreamingOutputCall", "-d", request)
    assert values(answer.stdout) == [{"payload": {"body": body(size)}} for size in (1, 2, 3)]
    lines = call(peer, "StreamingOutputCall", "--compact", "-d", request).stdout.splitlines()
    assert [json.loads(line) for line in lines] == values(answer.stdout)


def test_a_stream_of_requests_from_the_argument_and_as_ndjson(peer):
    requests = [json.dumps({"payload": {"body": body(size)}}) for size in (10, 20, 30)]
    for answer in (
        call(peer, "StreamingInputCall", "-d", " ".join(requests)),
        call(peer, "StreamingInputCall", "-d", "@-", stdin="\n".join(requests)),
    ):
        assert json.loads(answer.stdout) == {"aggregatedPayloadSize": 60}
    assert json.loads(call(peer, "StreamingInputCall").stdout) == {}


def test_a_conversation_goes_line_by_line(peer):
    """Each answer is there before the next request is written: nothing waits for the end of standard input."""
    process = subprocess.Popen(
        [CLIENT, "call", f"{SERVICE}/FullDuplexCall", "-d", "@-", "--compact", "--address", peer.address, *peer.tls],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=CLEAN)
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        for size in (1, 5, 2):
            process.stdin.write(json.dumps({"responseParameters": [{"size": size}]}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == {"payload": {"body": body(size)}}
        process.stdin.close()
        assert process.stdout.read() == "" and process.wait() == 0, process.stderr.read()
    finally:
        watchdog.cancel()
        process.kill()


def test_a_line_that_does_not_fit_ends_a_conversation_as_a_bad_request(peer):
    requests = json.dumps({"responseParameters": [{"size": 1}]}) + '\n{"nosuch": 1}\n'
    result = call(peer, "FullDuplexCall", "-d", "@-", stdin=requests, code=2)
    assert 'has no field "nosuch"' in result.stderr and "CANCELLED" not in result.stderr


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compressed_requests_are_understood(peer, encoding):
    request = json.dumps({"payload": {"body": body(100_000)}})
    result = call(peer, "StreamingInputCall", "--compress", encoding, "-v", "-d", "@-", stdin=request)
    assert json.loads(result.stdout) == {"aggregatedPayloadSize": 100_000}
    assert f"grpc-encoding: {encoding}" in result.stderr


def test_metadata_goes_there_and_back_in_text_and_bytes(peer):
    result = call(
        peer, "UnaryCall", "-v", "-H", "x-grpc-test-echo-initial: hello", "-H",
        "x-grpc-test-echo-trailing-bin: q80=")
    lines = result.stderr.splitlines()
    assert "< x-grpc-test-echo-initial: hello" in lines
    assert "< trailer x-grpc-test-echo-trailing-bin: q80=" in lines


def test_verbose_tells_each_step_and_its_time(peer):
    text = call(peer, "UnaryCall", "-v").stderr
    for word in ("resolve ", "connect ", "TLS ", "TLSv1.", "first byte ", "total ", "= OK", "server certificate of"):
        assert word in text, text


def test_a_status_is_the_exit_code(peer):
    for code in (1, 2, 3, 9, 13, 16):
        request = json.dumps({"responseStatus": {"code": code, "message": f"status {code}"}})
        result = call(peer, "UnaryCall", "-d", request, code=64 + code)
        assert f"status {code}" in result.stderr and result.stdout == ""


def test_responses_before_a_failure_are_printed(peer):
    requests = json.dumps({"responseParameters": [{"size": 2}]}) + json.dumps({"responseStatus": {"code": 5}})
    result = call(peer, "FullDuplexCall", "-d", requests, code=69)
    assert values(result.stdout) == [{"payload": {"body": body(2)}}] and "NOT_FOUND" in result.stderr


def test_details_of_standard_and_of_the_services_own_types_are_decoded(python_peer):
    request = json.dumps({"responseStatus": {"code": 9, "message": "not now"}})
    lines = call(python_peer, "UnaryCall", "-d", request, code=73).stderr.splitlines()
    assert lines[0] == "rpc-client: FAILED_PRECONDITION: not now"
    assert lines[1] == '  google.rpc.ErrorInfo {"reason":"AS_ASKED","domain":"test.example"}'
    assert lines[2] == '  grpc.testing.Payload {"body":"b3duIHR5cGU="}'


def test_protobuf_text_out(peer):
    text = call(peer, "UnaryCall", "--format", "text", "-d", '{"responseSize": 2}').stdout
    assert text == 'payload {\n  body: "\\000\\000"\n}\n'


def test_defaults_are_printed_when_asked_for(peer):
    answer = json.loads(call(peer, "UnaryCall", "--emit-defaults", "-d", '{"responseSize": 1}').stdout)
    assert answer == {
        "payload": {"type": "COMPRESSABLE", "body": body(1)}, "username": "", "oauthScope": ""}


def test_the_deadline_ends_a_call_that_takes_longer(python_peer):
    process = subprocess.Popen(["sleep", "60"], stdout=subprocess.PIPE)  # a standard input that says nothing
    try:
        result = subprocess.run(
            [CLIENT, "call", f"{SERVICE}/FullDuplexCall", "-d", "@-", "--timeout", "300ms", "--address",
             python_peer.address, *python_peer.tls],
            stdin=process.stdout, capture_output=True, text=True, timeout=60, env=CLEAN)
    finally:
        process.kill()
        process.wait()
    assert result.returncode == 68 and "DEADLINE_EXCEEDED" in result.stderr


def test_list_describe_and_template_over_v1alpha_reflection(python_peer):
    assert SERVICE in python_peer.run("list").stdout.split()
    assert f"{SERVICE}/FullDuplexCall" in python_peer.run("list", SERVICE).stdout.split()
    text = python_peer.run("describe", f"{SERVICE}/FullDuplexCall").stdout
    assert "rpc FullDuplexCall(stream grpc.testing.StreamingOutputCallRequest) returns (stream" in text
    assert "grpc.testing.Empty" in python_peer.run("describe").stdout


def test_describe_shows_comments_where_the_source_has_them():
    text = run("describe", f"{SERVICE}", *PROTO).stdout
    assert "  // One request, one response.\n  rpc UnaryCall(" in text
    descriptor = json.loads(run("describe", "grpc.testing.EchoStatus", "--json", *PROTO).stdout)
    assert descriptor["name"] == "EchoStatus" and [f["name"] for f in descriptor["field"]] == ["code", "message"]


def test_a_template_is_a_request_that_the_server_takes(python_peer):
    template = python_peer.run("template", f"{SERVICE}/UnaryCall").stdout
    assert set(json.loads(template)) >= {"responseType", "responseSize", "payload", "responseStatus"}
    assert json.loads(call(python_peer, "UnaryCall", "-d", template.replace('"code": 0', '"code": 5'), code=69).stdout or "{}") == {}


def test_templates_of_every_method_fit_their_requests(shared_server):
    """By asking the tool itself: what it prints as a template it accepts as a request."""
    identity = [
        "--address", shared_server.address, "--cacert", shared_server.certs / "ca.pem", "--proto",
        "loyalty/v1/loyalty_service.proto", "-I", ROOT / "schemas" / "api"]
    methods = run("list", "loyalty.v1.LoyaltyService", *identity).stdout.split()
    assert len(methods) == 5
    for method in methods:
        template = run("template", method, *identity).stdout
        # Without a client certificate the server refuses the call: after the request has been found to fit.
        run("call", method, "-d", template, *identity, code=80)


# -- beside other tools


def tool(name):
    path = shutil.which(name, path=f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}")
    assert path, f"{name} is not there: pip install -r Tests/Interop/requirements.txt"
    return path


def grpcurl(server, identity, method, data, *words):
    result = subprocess.run(
        [tool("grpcurl"), "-cacert", server.certs / "ca.pem", "-cert", f"{identity}.pem", "-key", f"{identity}.key",
         *words, "-d", data, server.address, method], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return values(result.stdout)


def buf_curl(server, identity, method, data, *words):
    result = subprocess.run(
        [tool("buf"), "curl", "--protocol", "grpc", "--cacert", server.certs / "ca.pem", "--cert", f"{identity}.pem",
         "--key", f"{identity}.key", *words, "-d", data, f"https://{server.address}/{method}"],
        capture_output=True, text=True, timeout=60, env={**os.environ, "BUF_CACHE_DIR": str(server.folder / "buf")})
    assert result.returncode == 0, result.stderr
    return values(result.stdout)


def without_nulls(value):
    """Go's protojson writes null for messages and optional fields that are absent; they have no default to show."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return [without_nulls(member) for member in value] if isinstance(value, list) else value


@pytest.mark.parametrize("method, request_of", [
    ("loyalty.v1.LoyaltyService/GetTier", lambda member: {"memberId": member}),
    ("loyalty.v1.LoyaltyService/ListCatalog", lambda member: {"pageSize": 3, "memberId": member, "language": "zh-CN"}),
    ("grpc.health.v1.Health/Check", lambda member: {}),
    ("grpc.health.v1.Health/List", lambda member: {}),
])
def test_grpcurl_and_buf_curl_print_the_same_json(shared_server, method, request_of):
    identity = shared_server.certs / "partner-cathay-air"
    common = ["--address", shared_server.address, "--cacert", shared_server.certs / "ca.pem", "--cert",
              f"{identity}.pem", "--key", f"{identity}.key"]
    member = "M-" + key()
    run("call", "loyalty.v1.LoyaltyService/Accrue", "-d", accrue_json(member), *common)
    data = json.dumps(request_of(member))
    ours = values(run("call", method, "-d", data, *common).stdout)
    assert ours == grpcurl(shared_server, identity, method, data) == buf_curl(shared_server, identity, method, data)
    ours = values(run("call", method, "-d", data, "--emit-defaults", *common).stdout)
    assert ours == without_nulls(buf_curl(shared_server, identity, method, data, "--emit-defaults"))
    assert ours == without_nulls(grpcurl(shared_server, identity, method, data, "-emit-defaults"))
