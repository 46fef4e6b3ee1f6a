"""What rpc-client says when a secure connection does not come about: one line that names the cause, and exit code 78."""

import http.server
import socket
import ssl
import subprocess
import threading

import pytest

from rpc_client_peers import SERVICE, make_python_server, one_line, run, server_credentials
from rpc_client_peers import interop_stubs  # noqa: F401


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def issued(certs, tmp_path_factory):
    """Further certificates of the development CA."""
    folder = tmp_path_factory.mktemp("issued")

    def issue(name, names, days, start=None):
        (folder / "extensions").write_text(f"subjectAltName={names}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr")
        openssl("x509", "-req", "-in", folder / f"{name}.csr", "-CA", certs / "ca.pem", "-CAkey", certs / "ca.key",
                "-set_serial", "4242", "-days", str(days), "-extfile", folder / "extensions", "-out",
                folder / f"{name}.pem")

    issue("expired", "IP:127.0.0.1", -1)
    issue("elsewhere", "DNS:loyalty.example,DNS:*.partners.example,IP:192.0.2.7", 10)
    (folder / "ca.pem").write_bytes((certs / "ca.pem").read_bytes())
    return folder


class Port:
    """A TLS server of Python's grpcio, for as long as the test."""

    def __init__(self, stubs, folder, name, **options):
        self.server, self.port, _ = make_python_server(stubs, folder and server_credentials(folder, name, **options))

    def __enter__(self):
        return f"127.0.0.1:{self.port}"

    def __exit__(self, *_):
        self.server.stop(None).wait()


def failure(address, *words, code=78):
    return one_line(run("list", "--address", address, "--timeout", "10", *words, code=code))


def test_no_server(certs):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    text = failure(f"127.0.0.1:{port}", "--cacert", certs / "ca.pem")
    assert f"127.0.0.1:{port}" in text and "connection refused" in text


def test_a_name_that_does_not_resolve(certs):
    assert "no-such-host.invalid" in failure("no-such-host.invalid:443", "--cacert", certs / "ca.pem")


def test_a_plaintext_grpc_port(interop_stubs, certs):
    with Port(interop_stubs, None, None) as address:
        assert "does not speak TLS" in failure(address, "--cacert", certs / "ca.pem")


def test_a_plain_http_port(certs):
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        text = failure(f"127.0.0.1:{server.server_port}", "--cacert", certs / "ca.pem")
        assert "does not speak TLS" in text
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_https_without_http2(certs):
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs / "server.pem", certs / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        text = failure(f"127.0.0.1:{server.server_port}", "--cacert", certs / "ca.pem")
        assert "does not offer HTTP/2" in text
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_wrong_name_is_told_with_the_names_offered(interop_stubs, issued):
    with Port(interop_stubs, issued, "elsewhere") as address:
        text = failure(address, "--cacert", issued / "ca.pem")
        assert "not for 127.0.0.1" in text
        for name in ("loyalty.example", "*.partners.example", "192.0.2.7"):
            assert name in text
        run("list", "--address", address, "--cacert", issued / "ca.pem", "--servername", "loyalty.example")


def test_an_expired_certificate_is_told_with_its_day(interop_stubs, issued):
    end = subprocess.run(
        ["openssl", "x509", "-in", issued / "expired.pem", "-noout", "-enddate", "-dateopt", "iso_8601"],
        check=True, capture_output=True, text=True).stdout
    with Port(interop_stubs, issued, "expired") as address:
        assert f"expired on {end.split('=')[1][:10]}" in failure(address, "--cacert", issued / "ca.pem")


def test_an_unknown_issuer_is_named(interop_stubs, certs):
    with Port(interop_stubs, certs, "server") as address:
        text = failure(address)
        assert "issued by" in text and "not trusted" in text and "CN=" in text


def test_the_systems_roots_are_trusted_without_cacert(interop_stubs, certs):
    """OpenSSL lets SSL_CERT_FILE stand for the system's own file."""
    with Port(interop_stubs, certs, "server") as address:
        names = run("list", "--address", address, env={"SSL_CERT_FILE": str(certs / "ca.pem")}).stdout
        assert SERVICE in names.split()


def test_the_systems_roots_are_found_by_their_hash_where_the_folder_has_them(interop_stubs, certs, tmp_path):
    """As Debian lays them out: a folder with an entry for each authority, which then stands for the file."""
    (tmp_path / "ca.pem").write_bytes((certs / "ca.pem").read_bytes())
    openssl("rehash", tmp_path)
    for number in range(100):
        (tmp_path / f"{number:08x}.0").write_bytes((certs / "ca.pem").read_bytes())
    with Port(interop_stubs, certs, "server") as address:
        names = run("list", "--address", address, env={"SSL_CERT_DIR": str(tmp_path)}).stdout
        assert SERVICE in names.split()


def test_a_client_certificate_that_is_wanted(interop_stubs, certs):
    with Port(interop_stubs, certs, "server", require_client=True) as address:
        text = failure(address, "--cacert", certs / "ca.pem")
        assert "wants a client certificate" in text
        run("list", "--address", address, "--cacert", certs / "ca.pem", "--cert", certs / "partner-cathay-air.pem",
            "--key", certs / "partner-cathay-air.key")


def test_a_client_certificate_of_another_authority(interop_stubs, certs, tmp_path):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=stranger",
            "-days", "2", "-keyout", tmp_path / "own.key", "-out", tmp_path / "own.pem")
    with Port(interop_stubs, certs, "server", require_client=True) as address:
        text = failure(
            address, "--cacert", certs / "ca.pem", "--cert", tmp_path / "own.pem", "--key", tmp_path / "own.key")
        assert "does not accept the client certificate of CN=stranger" in text


def test_a_call_without_the_certificate_that_a_server_asks_for_is_told_so(shared_server):
    result = run(
        "call", "loyalty.v1.LoyaltyService/GetTier", "-d", "{}", "--address", shared_server.address, "--cacert",
        shared_server.certs / "ca.pem", code=80)
    assert "--cert and --key" in one_line(result)


@pytest.mark.parametrize("words, word", [
    (["--cacert", "/nonexistent.pem"], "/nonexistent.pem"),
    (["--cacert", __file__], "no certificate"),
])
def test_files_that_do_not_do(words, word):
    assert word in failure("127.0.0.1:1", *words, code=1)


def test_a_key_of_another_certificate(certs):
    text = failure(
        "127.0.0.1:1", "--cacert", certs / "ca.pem", "--cert", certs / "server.pem", "--key",
        certs / "partner-cathay-air.key", code=1)
    assert "is not the key of" in text
