"""Browsers and scripts on the port of gRPC: curl, buf curl and Python's connectrpc speak Connect, gRPC-Web and gRPC."""

import base64
import gzip
import json
import struct
import subprocess
import time

import pytest
from connectrpc.client import ConnectClientSync
from connectrpc.code import Code
from connectrpc.compat import google_protobuf_binary_codec, google_protobuf_json_codec
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType
from pyqwest import SyncClient, SyncHTTPTransport

from conftest import Server, accrual, key

DESK = "https://desk.example.com"
SERVICE = "loyalty.v1.LoyaltyService"


class WebServer(Server):
    def command(self, ready):
        return super().command(ready) + ["--web-origin", DESK]

    @property
    def url(self):
        return "https://localhost:" + self.address.rsplit(":", 1)[1]

    def tls(self, name="partner-cathay-air"):
        files = ["--cacert", self.certs / "ca.pem"]
        if name:
            files += ["--cert", self.certs / f"{name}.pem", "--key", self.certs / f"{name}.key"]
        return files


@pytest.fixture(scope="module")
def web(tmp_path_factory, certs):
    server = WebServer(tmp_path_factory.mktemp("web"), certs).start()
    yield server
    assert server.stop() == 0, server.log.read_text()


class Answer:
    """What curl got: status, header fields, body."""

    def __init__(self, output):
        head, _, self.body = output.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        assert lines[0].startswith("HTTP/2 "), lines[0]
        self.status = int(lines[0].split()[1])
        self.headers = dict(line.split(": ", 1) for line in lines[1:])

    @property
    def json(self):
        return json.loads(self.body)


def curl(server, path, *options, client="partner-cathay-air"):
    done = subprocess.run(
        ["curl", "-sS", "-i", "--max-time", "60", *server.tls(client), *options, f"{server.url}/{path}"],
        capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return Answer(done.stdout)


def request(member, **changes):
    fields = {
        "memberId": member, "kind": "ACTIVITY_KIND_FLIGHT", "reference": "160-" + key()[:13],
        "amount": {"currencyCode": "CNY", "minorUnits": "1280000"},
        "occurredAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "idempotencyKey": key()}
    return json.dumps(fields | changes)


# curl


def test_curl_makes_each_of_the_five_calls(web):
    member = "M-" + key()
    answer = curl(web, f"{SERVICE}/Accrue", "--json", request(member))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert int(answer.json["points"]) > 0
    points = int(answer.json["balance"])
    catalog = curl(web, f"{SERVICE}/ListCatalog", "--json", json.dumps({"memberId": member, "pageSize": 50})).json
    item = min(catalog["items"], key=lambda item: int(item["points"]))
    redeemed = curl(
        web, f"{SERVICE}/Redeem", "--json",
        json.dumps({"memberId": member, "itemId": item["itemId"], "idempotencyKey": key()}))
    assert redeemed.status == 200, redeemed.body
    tier = curl(web, f"{SERVICE}/GetTier", "--json", json.dumps({"memberId": member})).json
    assert int(tier["balance"]) == points - int(item["points"])
    ticket = curl(
        web, f"{SERVICE}/SubmitFeedback", "--json",
        json.dumps({
            "memberId": member, "kind": "FEEDBACK_KIND_QUESTION", "context": "FEEDBACK_CONTEXT_POINTS",
            "text": "When do my points expire?", "idempotencyKey": key()}))
    assert ticket.status == 200 and ticket.json["ticketId"]


def test_a_call_without_side_effects_is_a_get_that_nobody_stores(web):
    member = "M-" + key()
    curl(web, f"{SERVICE}/Accrue", "--json", request(member))
    asked = json.dumps({"memberId": member})
    answer = curl(web, f"{SERVICE}/GetTier", "-G", "--data-urlencode", f"message={asked}", "-d", "encoding=json")
    assert answer.json["memberId"] == member
    assert answer.headers["cache-control"] == "no-store"
    text = base64.urlsafe_b64encode(asked.encode()).decode().rstrip("=")
    again = curl(web, f"{SERVICE}/GetTier?connect=v1&encoding=json&base64=1&message={text}")
    assert again.json == answer.json
    packed = base64.urlsafe_b64encode(gzip.compress(asked.encode())).decode()
    again = curl(web, f"{SERVICE}/GetTier?encoding=json&base64=1&compression=gzip&message={packed}")
    assert again.json == answer.json


def test_a_get_of_a_call_with_side_effects_is_refused_and_changes_nothing(web):
    member = "M-" + key()
    answer = curl(web, f"{SERVICE}/Accrue", "-G", "--data-urlencode", f"message={request(member)}", "-d", "encoding=json")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert curl(web, f"{SERVICE}/GetTier", "--json", json.dumps({"memberId": member})).json.get("balance") is None


@pytest.mark.parametrize("query", ["", "?encoding=json", "?message={}", "?encoding=xml&message=", "?encoding=json&message=%zz",
                                   "?encoding=json&base64=1&message=*", "?connect=v2&encoding=json&message=%7b%7d",
                                   "?encoding=json&compression=gzip&message=%7b%7d"])
def test_a_get_that_is_malformed_says_what_is_wrong(web, query):
    answer = curl(web, f"{SERVICE}/GetTier{query}", "-g")
    assert answer.status in (400, 405, 500) and answer.body, answer.status


def test_an_error_is_a_status_with_code_message_and_details(web):
    answer = curl(web, f"{SERVICE}/Accrue", "--json", json.dumps({"memberId": "M-1"}))
    assert (answer.status, answer.json["code"]) == (400, "invalid_argument")
    bad = answer.json["details"][0]
    assert bad["type"] == "google.rpc.BadRequest" and base64.b64decode(bad["value"] + "==")
    assert {"field": "reference", "description": "is required"} in bad["debug"]["fieldViolations"]
    answer = curl(
        web, f"{SERVICE}/Redeem", "-H", "accept-language: zh-CN", "--json",
        json.dumps({"memberId": "M-1", "itemId": "nothing", "idempotencyKey": key()}))
    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert any("积" in d["debug"].get("message", "") or "没有" in d["debug"].get("message", "") for d in answer.json["details"])


@pytest.mark.parametrize("body", ["", "{", "[]", '{"memberId": 7}', '"text"', "\ufeff{}"])
def test_json_that_is_no_request_is_an_invalid_argument(web, body):
    answer = curl(web, f"{SERVICE}/Accrue", "--json", body)
    assert (answer.status, answer.json["code"]) == (400, "invalid_argument"), answer.body


def test_fields_of_newer_clients_are_passed_over_as_in_the_binary_form(web):
    answer = curl(web, f"{SERVICE}/Accrue", "--json", request("M-" + key(), somethingNew={"deep": [1, 2]}))
    assert answer.status == 200


def test_who_shows_no_certificate_is_unauthenticated_and_may_ask_for_health(web):
    answer = curl(web, f"{SERVICE}/GetTier", "--json", '{"memberId":"M-1"}', client=None)
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")
    assert curl(web, "grpc.health.v1.Health/Check", "--json", "{}", client=None).json == {"status": "SERVING"}


def test_what_is_no_call_is_told_how_to_make_one(web):
    assert curl(web, "").status == 405
    other = curl(web, f"{SERVICE}/GetTier", "-H", "content-type: text/xml", "-d", "<a/>")
    assert other.status == 415 and "application/json" in other.headers["accept-post"]
    stream = curl(web, "grpc.health.v1.Health/Watch", "--json", "{}")
    assert stream.status == 415 and b"application/connect+json" in stream.body
    unknown = curl(web, f"{SERVICE}/Steal", "--json", "{}")
    assert (unknown.status, unknown.json["code"]) == (501, "unimplemented")


def test_long_answers_are_compressed_for_who_asks_and_so_may_requests_be(web):
    plain = curl(web, f"{SERVICE}/ListCatalog", "--json", '{"pageSize":100}')
    packed = curl(web, f"{SERVICE}/ListCatalog", "-H", "accept-encoding: gzip", "--json", '{"pageSize":100}')
    assert packed.headers["content-encoding"] == "gzip" and len(packed.body) < len(plain.body)
    assert json.loads(gzip.decompress(packed.body)) == plain.json
    sent = subprocess.run(
        ["curl", "-sS", "-i", *web.tls(), "-H", "content-encoding: gzip", "-H", "content-type: application/json",
         "--data-binary", "@-", f"{web.url}/{SERVICE}/ListCatalog"],
        input=gzip.compress(b'{"pageSize":100}'), capture_output=True)
    assert Answer(sent.stdout).json == plain.json


def test_a_body_that_is_too_long_is_refused_and_the_server_lives_on(web, tmp_path):
    (tmp_path / "long").write_bytes(b"{" + b" " * (5 << 20))
    answer = curl(web, f"{SERVICE}/GetTier", "-H", "content-type: application/json", "--data-binary", f"@{tmp_path}/long")
    assert (answer.status, answer.json["code"]) == (429, "resource_exhausted")
    bomb = gzip.compress(b" " * (64 << 20))
    sent = subprocess.run(
        ["curl", "-sS", "-i", *web.tls(), "-H", "content-encoding: gzip", "-H", "content-type: application/json",
         "--data-binary", "@-", f"{web.url}/{SERVICE}/GetTier"],
        input=bomb, capture_output=True)
    assert Answer(sent.stdout).json["code"] == "resource_exhausted"
    assert curl(web, "grpc.health.v1.Health/Check", "--json", "{}").status == 200


def test_a_deadline_that_is_malformed_is_refused(web):
    for value in ("soon", "12345678901", "-1", ""):
        answer = curl(web, "grpc.health.v1.Health/Check", "-H", f"connect-timeout-ms: {value}", "--json", "{}")
        assert answer.status == 400 or value == "", value
    assert curl(web, "grpc.health.v1.Health/Check", "-H", "connect-timeout-ms: 60000", "--json", "{}").status == 200


# Browsers


def test_a_preflight_from_an_allowed_page_needs_no_certificate(web):
    answer = curl(
        web, f"{SERVICE}/Accrue", "-X", "OPTIONS", "-H", f"origin: {DESK}", "-H", "access-control-request-method: POST",
        "-H", "access-control-request-headers: content-type,connect-protocol-version", client=None)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == DESK
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "content-type,connect-protocol-version"


def test_other_pages_are_refused_before_the_handler_runs(web):
    member = "M-" + key()
    hostile = ["-H", "origin: https://desk.example.com.evil.example"]
    answer = curl(web, f"{SERVICE}/Accrue", "-X", "OPTIONS", *hostile, "-H", "access-control-request-method: POST", client=None)
    assert answer.status == 403 and "access-control-allow-origin" not in answer.headers
    answer = curl(web, f"{SERVICE}/Accrue", *hostile, "--json", request(member))
    assert (answer.status, answer.json["code"]) == (403, "permission_denied")
    assert "access-control-allow-origin" not in answer.headers
    asked = json.dumps({"memberId": member})
    answer = curl(web, f"{SERVICE}/GetTier", *hostile, "-G", "--data-urlencode", f"message={asked}", "-d", "encoding=json")
    assert answer.status == 403
    assert curl(web, f"{SERVICE}/GetTier", "--json", asked).json.get("balance") is None


def test_an_answer_and_an_error_may_be_read_by_the_page_that_asked(web):
    for body in (request("M-" + key()), "{}"):
        answer = curl(web, f"{SERVICE}/Accrue", "-H", f"origin: {DESK}", "--json", body)
        assert answer.headers["access-control-allow-origin"] == DESK
        assert "grpc-status" in answer.headers["access-control-expose-headers"]
        assert answer.headers["vary"] == "origin"


def test_a_server_without_allowed_origins_allows_none(shared_server, certs):
    done = subprocess.run(
        ["curl", "-sS", "-i", "--cacert", certs / "ca.pem", "-X", "OPTIONS", "-H", f"origin: {DESK}", "-H",
         "access-control-request-method: POST", f"https://localhost:{shared_server.address.rsplit(':', 1)[1]}/{SERVICE}/Accrue"],
        capture_output=True)
    assert Answer(done.stdout).status == 403


def test_an_origin_that_is_none_is_refused_at_start(tmp_path, certs):
    for origin in ("*", "desk.example.com", "https://desk.example.com/", "https://"):
        server = Server(tmp_path, certs)
        command = server.command(tmp_path / "ready") + ["--web-origin", origin]
        done = subprocess.run(command, capture_output=True, timeout=60)
        assert done.returncode == 1 and origin in done.stderr.decode(), done.stderr


# gRPC-Web


def frame(message, flags=0):
    return struct.pack(">BI", flags, len(message)) + message


def frames(body):
    found = []
    while body:
        flags, length = struct.unpack(">BI", body[:5])
        found.append((flags, body[5:5 + length]))
        assert len(body) >= 5 + length
        body = body[5 + length:]
    return found


def post(server, path, content_type, body, *options, client="partner-cathay-air"):
    done = subprocess.run(
        ["curl", "-sS", "-i", *server.tls(client), "-H", f"content-type: {content_type}", *options, "--data-binary", "@-",
         f"{server.url}/{path}"],
        input=body, capture_output=True)
    assert done.returncode == 0, done.stderr
    return Answer(done.stdout)


def test_grpc_web_carries_its_trailers_in_the_body(web, stubs):
    from loyalty.v1 import accrual_pb2

    sent = accrual("M-" + key())
    answer = post(web, f"{SERVICE}/Accrue", "application/grpc-web+proto", frame(sent.SerializeToString()), "-H", "x-grpc-web: 1")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/grpc-web+proto")
    (plain, message), (last, trailers) = frames(answer.body)
    assert (plain, last) == (0, 0x80)
    assert accrual_pb2.AccrueResponse.FromString(message).member_id == sent.member_id
    assert trailers == b"grpc-status: 0\r\n"
    assert "grpc-status" not in answer.headers


def test_grpc_web_text_is_base64_in_groups_cut_anywhere(web, stubs):
    from loyalty.v1 import accrual_pb2

    sent = accrual("M-" + key())
    whole = frame(sent.SerializeToString())
    # Padded in the middle, as a client that flushes sends it.
    text = base64.b64encode(whole[:7]) + base64.b64encode(whole[7:30]) + base64.b64encode(whole[30:])
    answer = post(web, f"{SERVICE}/Accrue", "application/grpc-web-text", text)
    assert answer.headers["content-type"] == "application/grpc-web-text+proto"
    decoded = b"".join(base64.b64decode(answer.body[i:i + 4]) for i in range(0, len(answer.body), 4))
    (_, message), (last, trailers) = frames(decoded)
    assert accrual_pb2.AccrueResponse.FromString(message).member_id == sent.member_id
    assert (last, trailers) == (0x80, b"grpc-status: 0\r\n")


def test_a_refusal_by_grpc_web_is_in_the_headers(web):
    for kind in ("application/grpc-web+proto", "application/grpc-web-text"):
        answer = post(web, f"{SERVICE}/Accrue", kind, base64.b64encode(frame(b"")) if "text" in kind else frame(b""))
        assert (answer.status, answer.headers["grpc-status"], answer.body) == (200, "3", b"")
        assert answer.headers["grpc-status-details-bin"]


@pytest.mark.parametrize("kind, body", [
    ("application/grpc-web-text", b"!!!!"), ("application/grpc-web-text", b"AAA"), ("application/grpc-web-text", b"=AAA"),
    ("application/grpc-web+proto", b"\x00\x00"), ("application/grpc-web+proto", b""), ("application/grpc-web+proto", b"\x80\0\0\0\0"),
    ("application/grpc-web+proto", frame(b"\xff")), ("application/grpc-web+proto", frame(b"") * 2),
    ("application/connect+json", b""),
])
def test_a_malformed_body_fails_its_call_alone(web, kind, body):
    path = "grpc.health.v1.Health/Watch" if "connect" in kind else f"{SERVICE}/GetTier"
    answer = post(web, path, kind, body)
    if "connect" in kind:
        ((flags, end),) = frames(answer.body)
        assert flags == 2 and json.loads(end)["error"]["code"]
    else:
        assert answer.headers["grpc-status"] not in ("0", None)
    assert curl(web, "grpc.health.v1.Health/Check", "--json", "{}").status == 200


# buf curl


@pytest.mark.parametrize("protocol", ["connect", "grpc", "grpcweb"])
def test_buf_curl_finds_the_schema_by_reflection_and_calls(web, protocol):
    def buf(method, data, *options):
        return subprocess.run(
            ["buf", "curl", "--protocol", protocol, *web.tls(), "-d", data, *options, f"{web.url}/{method}"],
            capture_output=True, text=True, timeout=120)

    member = "M-" + key()
    done = buf(f"{SERVICE}/Accrue", request(member))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["memberId"] == member
    refused = buf(f"{SERVICE}/Accrue", "{}")
    # The code of gRPC, INVALID_ARGUMENT, shifted by three bits.
    assert refused.returncode == 3 << 3
    error = json.loads(refused.stderr)
    assert error["code"] == "invalid_argument" and error["details"][0]["type"] == "google.rpc.BadRequest"
    listed = subprocess.run(
        ["buf", "curl", "--protocol", protocol, *web.tls(), "--list-methods", web.url],
        capture_output=True, text=True, timeout=120)
    assert f"{SERVICE}/Accrue" in listed.stdout, listed.stderr


# Python's connectrpc


def method(name, input, output, service=SERVICE, stream=StreamType.UNARY, level=IdempotencyLevel.UNKNOWN):
    return MethodInfo(
        name=name, service_name=service, input=input, output=output, idempotency_level=level, stream_type=stream)


@pytest.fixture(params=[ProtocolType.CONNECT, ProtocolType.GRPC_WEB, ProtocolType.GRPC], ids=lambda p: p.name.lower())
def protocol(request):
    return request.param


@pytest.fixture(params=["binary", "json"])
def codec(request, protocol):
    if request.param == "json" and protocol == ProtocolType.GRPC:
        pytest.skip("gRPC is served with binary messages")
    return google_protobuf_json_codec() if request.param == "json" else google_protobuf_binary_codec()


@pytest.fixture
def connect(web, certs, protocol, codec):
    name = "partner-cathay-air"
    transport = SyncHTTPTransport(
        tls_ca_cert=(certs / "ca.pem").read_bytes(), tls_cert=(certs / f"{name}.pem").read_bytes(),
        tls_key=(certs / f"{name}.key").read_bytes(), enable_otel=False)
    with ConnectClientSync(web.url, protocol=protocol, codec=codec, http_client=SyncClient(transport)) as client:
        yield client


def test_connectrpc_calls_and_reads_errors_with_their_details(stubs, connect):
    from google.rpc import error_details_pb2
    from loyalty.v1 import accrual_pb2

    accrue = method("Accrue", accrual_pb2.AccrueRequest, accrual_pb2.AccrueResponse)
    sent = accrual("M-" + key())
    assert connect.execute_unary(request=sent, method=accrue, timeout_ms=60_000).member_id == sent.member_id
    with pytest.raises(ConnectError) as caught:
        connect.execute_unary(request=accrual_pb2.AccrueRequest(), method=accrue)
    assert caught.value.code == Code.INVALID_ARGUMENT and caught.value.message
    assert [detail.type_name for detail in caught.value.details] == ["google.rpc.BadRequest"]
    bad = error_details_pb2.BadRequest.FromString(caught.value.details[0].message_bytes)
    assert "reference" in [violation.field for violation in bad.field_violations]


def test_connectrpc_reads_long_answers_that_are_compressed(stubs, connect):
    from loyalty.v1 import catalog_pb2

    listing = method(
        "ListCatalog", catalog_pb2.ListCatalogRequest, catalog_pb2.ListCatalogResponse, level=IdempotencyLevel.NO_SIDE_EFFECTS)
    asked = catalog_pb2.ListCatalogRequest(page_size=100)
    assert len(connect.execute_unary(request=asked, method=listing).items) > 3


def test_connectrpc_gets(stubs, connect, protocol):
    from loyalty.v1 import catalog_pb2

    if protocol != ProtocolType.CONNECT:
        pytest.skip("only Connect has GET")
    listing = method(
        "ListCatalog", catalog_pb2.ListCatalogRequest, catalog_pb2.ListCatalogResponse, level=IdempotencyLevel.NO_SIDE_EFFECTS)
    assert connect.execute_unary(request=catalog_pb2.ListCatalogRequest(page_size=2), method=listing, use_get=True).items


def test_connectrpc_reads_a_stream_until_its_deadline(stubs, connect):
    from grpc_health.v1 import health_pb2

    watch = method(
        "Watch", health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse, service="grpc.health.v1.Health",
        stream=StreamType.SERVER_STREAM)
    statuses = []
    with pytest.raises(ConnectError) as caught:
        for answer in connect.execute_server_stream(request=health_pb2.HealthCheckRequest(), method=watch, timeout_ms=1_500):
            statuses.append(answer.status)
    assert caught.value.code == Code.DEADLINE_EXCEEDED
    assert statuses == [health_pb2.HealthCheckResponse.SERVING]
