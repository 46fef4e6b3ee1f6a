"""What operators do with a running server: look at it, change its certificates, stop it; Python's gRPC is the partner."""

import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

import grpc
import pytest

from conftest import Server, accrual, refused


def http(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def log_says(server, pattern):
    """Waits until the log has a line, and gives the match."""
    while True:
        found = re.search(pattern, server.log.read_text())
        if found:
            return found
        assert server.process.poll() is None, server.log.read_text()
        time.sleep(0.02)


@pytest.fixture
def live_certs(tmp_path, certs):
    """A copy of the certificates that a test may change, with the tools of the authority."""
    folder = tmp_path / "certs"
    shutil.copytree(certs, folder)
    (folder / "index").write_text("")
    (folder / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=c\n[c]\ndatabase={folder}/index\ndefault_md=sha256\ndefault_crl_days=2\n")
    return folder


def openssl_ca(folder, *arguments):
    subprocess.run(
        ["openssl", "ca", "-config", folder / "ca.cnf", "-cert", folder / "ca.pem", "-keyfile", folder / "ca.key",
         *arguments], check=True, capture_output=True)


def write_crl(folder, *revoked):
    for name in revoked:
        openssl_ca(folder, "-revoke", folder / f"{name}.pem")
    openssl_ca(folder, "-gencrl", "-out", folder / "new.crl")
    os.replace(folder / "new.crl", folder / "clients.crl")


@pytest.fixture
def watched(tmp_path, live_certs):
    write_crl(live_certs)
    server = Server(tmp_path, live_certs)
    server.options = ["--client-crl", live_certs / "clients.crl", "--admin", "127.0.0.1:0", "--log-level", "debug"]
    server.start()
    server.admin = int(log_says(server, r"address=127\.0\.0\.1:(\d+)[^\n]*admin port open").group(1))
    yield server
    if server.process.poll() is None:
        server.kill()


def loyalty(channel):
    from loyalty.v1 import loyalty_service_pb2_grpc

    return loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)


def test_the_admin_port_shows_calls_connections_and_the_journal(watched, stubs):
    from loyalty.v1 import loyalty_service_pb2

    assert http(watched.admin, "/healthz") == (200, "ok\n")
    assert http(watched.admin, "/readyz") == (200, "ok\n")
    with watched.channel() as channel:
        for _ in range(3):
            loyalty(channel).Accrue(accrual("M-ops"))
        refused(lambda: loyalty(channel).Accrue(accrual("")), grpc.StatusCode.INVALID_ARGUMENT)
        status, text = http(watched.admin, "/metrics")
    assert status == 200
    labels = 'rpc_method="loyalty.v1.LoyaltyService/Accrue",rpc_response_status_code="%s",rpc_system_name="grpc"'
    assert f"rpc_server_call_duration_seconds_count{{{labels % 'OK'}}} 3\n" in text
    assert f"rpc_server_call_duration_seconds_count{{{labels % 'INVALID_ARGUMENT'}}} 1\n" in text
    assert "rpc_server_connections 1\n" in text
    assert re.search(r"^loyalty_journal_durable_sequence [1-9]", text, re.M)


def test_each_call_is_in_the_log_with_its_id_and_trace(watched, stubs):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with watched.channel() as channel:
        loyalty(channel).Accrue(accrual("M-ops"), metadata=[("traceparent", trace)])
    line = log_says(watched, r"[^\n]*call ended[^\n]*").group(0)
    for part in ("call=", "method=/loyalty.v1.LoyaltyService/Accrue", "trace=0af7651916cd43dd8448eb211c80319c", "status=OK"):
        assert part in line, line


def test_a_hangup_closes_a_revoked_partner_and_keeps_all_others(watched, stubs, live_certs):
    with watched.channel("partner-cathay-air") as revoked, watched.channel("ops-lin") as kept:
        loyalty(revoked).Accrue(accrual("M-ops"))
        from loyalty.v1 import catalog_pb2

        loyalty(kept).ListCatalog(catalog_pb2.ListCatalogRequest())
        before = http(watched.admin, "/metrics")[1]
        write_crl(live_certs, "partner-cathay-air")
        watched.process.send_signal(signal.SIGHUP)
        log_says(watched, "no longer accepted")
        error = refused(lambda: loyalty(revoked).Accrue(accrual("M-ops")), grpc.StatusCode.UNAUTHENTICATED)
        assert "certificate revoked" in error.details()
        loyalty(kept).ListCatalog(catalog_pb2.ListCatalogRequest())
        after = http(watched.admin, "/metrics")[1]
    accepted = [int(re.search(r"connections_accepted_total (\d+)", text).group(1)) for text in (before, after)]
    assert accepted[1] == accepted[0] + 1, "only the revoked partner had to connect anew"


def test_a_hangup_with_a_file_that_does_not_do_changes_nothing(watched, stubs, live_certs):
    (live_certs / "server.key").write_text("no key")
    watched.process.send_signal(signal.SIGHUP)
    log_says(watched, "goes on with those it has")
    with watched.channel() as channel:
        loyalty(channel).Accrue(accrual("M-ops"))


def test_a_watcher_of_health_does_not_hold_up_the_end(watched):
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    with watched.channel() as channel:
        answers = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert next(answers).status == health_pb2.HealthCheckResponse.SERVING
        began = time.monotonic()
        watched.process.send_signal(signal.SIGTERM)
        assert [answer.status for answer in answers] == [health_pb2.HealthCheckResponse.NOT_SERVING]
    assert watched.process.wait(timeout=60) == 0
    assert time.monotonic() - began < 25, "the grace of 30 s was waited for"


def test_a_unix_socket_serves_over_tls(tmp_path, certs, stubs):
    server = Server(tmp_path, certs)
    command = server.command
    server.command = lambda ready: [
        f"unix:{tmp_path}/loyalty.sock" if part == "127.0.0.1:0" else part for part in command(ready)]
    server.start()
    try:
        assert server.address == f"unix:{tmp_path}/loyalty.sock"
        options = [("grpc.ssl_target_name_override", "localhost"), ("grpc.default_authority", "localhost")]
        with grpc.secure_channel(server.address, server.credentials(), options=options) as channel:
            loyalty(channel).Accrue(accrual("M-ops"))
    finally:
        assert server.stop() == 0, server.log.read_text()


@pytest.mark.parametrize("options, message", [
    (["--admin", "0.0.0.0:0"], "loopback"),
    (["--client-crl", "/nowhere.crl"], "/nowhere.crl"),
])
def test_settings_that_do_not_do_are_told_at_start(tmp_path, certs, options, message):
    server = Server(tmp_path, certs)
    server.options = options
    done = subprocess.run(server.command(tmp_path / "ready"), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and message in done.stderr, done.stderr
