"""Servers of other makers that rpc-client is held against: Python's grpcio, and ruby-grpc's interop server.

Both offer grpc.testing.TestService (Tests/InteropAPI/grpc/testing/test.proto) over TLS on loopback, on ports of the kernel's
choice. The Python one has reflection (v1alpha only), health and typed error details, too.
"""

import concurrent.futures
import glob
import os
import pathlib
import subprocess
import sys
import time

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from conftest import BIN, ROOT

CLIENT = BIN / "rpc-client"
SCHEMAS = ROOT / "Tests" / "InteropAPI"
PROTO = ["--proto", "grpc/testing/test.proto", "-I", SCHEMAS]
SERVICE = "grpc.testing.TestService"

# The user's own settings must not reach the tests.
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("RPC_CLIENT_", "SSL_CERT_"))}


def run(*words, code=0, stdin=None, env=None, timeout=60):
    """Runs rpc-client; HOME has no configuration unless the test gives one."""
    result = subprocess.run(
        [CLIENT, *map(str, words)], input=stdin, capture_output=True, text=True, timeout=timeout,
        env={**CLEAN, "HOME": "/nonexistent", **(env or {})})
    assert result.returncode == code, f"exit code {result.returncode}: {result.stderr}{result.stdout}"
    return result


def one_line(result):
    """The one line on standard error; nothing is on standard output."""
    assert result.stdout == "" and result.stderr.count("\n") == 1, (result.stdout, result.stderr)
    return result.stderr


@pytest.fixture(scope="session")
def interop_stubs(tmp_path_factory):
    """Python's messages of TestService and of google.rpc."""
    out = tmp_path_factory.mktemp("interop-stubs")
    rpc = ROOT / "Sources" / "LoyaltyRPC" / "Schemas"
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{SCHEMAS}", f"-I{rpc}", f"--python_out={out}",
         f"--grpc_python_out={out}", "grpc/testing/test.proto", "google/rpc/status.proto",
         "google/rpc/error_details.proto"],
        check=True)
    # `grpc` is grpcio's package: the generated module is loaded beside it, not through it.
    sys.path.insert(0, str(out / "grpc" / "testing"))
    text = (out / "grpc" / "testing" / "test_pb2_grpc.py").read_text()
    (out / "grpc" / "testing" / "test_pb2_grpc.py").write_text(
        text.replace("from grpc.testing import test_pb2", "import test_pb2"))
    sys.path.insert(0, str(out))
    return out


class Peer:
    def __init__(self, address, tls, health=None):
        self.address = address
        self.tls = tls
        self.health = health

    def run(self, *words, **options):
        return run(*words, "--address", self.address, *self.tls, **options)


def make_python_server(interop_stubs, credentials=None):
    import test_pb2
    import test_pb2_grpc
    from google.rpc import error_details_pb2, status_pb2
    from grpc_reflection.v1alpha import reflection

    class TestService(test_pb2_grpc.TestServiceServicer):
        def EmptyCall(self, request, context):
            return test_pb2.Empty()

        def _echo(self, request, context):
            for name, value in context.invocation_metadata():
                if name == "x-grpc-test-echo-initial":
                    context.send_initial_metadata([(name, value)])
                if name == "x-grpc-test-echo-trailing-bin":
                    context.set_trailing_metadata([(name, value)])
            if request.HasField("response_status"):
                status = status_pb2.Status(code=request.response_status.code, message=request.response_status.message)
                status.details.add().Pack(error_details_pb2.ErrorInfo(reason="AS_ASKED", domain="test.example"))
                status.details.add().Pack(test_pb2.Payload(body=b"own type"))
                context.set_trailing_metadata([("grpc-status-details-bin", status.SerializeToString())])
                context.abort(
                    [c for c in grpc.StatusCode if c.value[0] == status.code][0], request.response_status.message)

        def UnaryCall(self, request, context):
            self._echo(request, context)
            return test_pb2.SimpleResponse(payload=test_pb2.Payload(body=bytes(request.response_size)))

        def StreamingOutputCall(self, request, context):
            for parameters in request.response_parameters:
                yield test_pb2.StreamingOutputCallResponse(payload=test_pb2.Payload(body=bytes(parameters.size)))

        def StreamingInputCall(self, requests, context):
            return test_pb2.StreamingInputCallResponse(
                aggregated_payload_size=sum(len(request.payload.body) for request in requests))

        def FullDuplexCall(self, requests, context):
            for request in requests:
                self._echo(request, context)
                yield from self.StreamingOutputCall(request, context)

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=8))
    test_pb2_grpc.add_TestServiceServicer_to_server(TestService(), server)
    servicer = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    reflection.enable_server_reflection((SERVICE, reflection.SERVICE_NAME), server)
    if credentials is None:
        port = server.add_insecure_port("127.0.0.1:0")
    else:
        port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    return server, port, servicer


def server_credentials(certs, name="server", require_client=False):
    return grpc.ssl_server_credentials(
        [((certs / f"{name}.key").read_bytes(), (certs / f"{name}.pem").read_bytes())],
        root_certificates=(certs / "ca.pem").read_bytes() if require_client else None,
        require_client_auth=require_client)


@pytest.fixture(scope="session")
def python_peer(interop_stubs, certs):
    server, port, servicer = make_python_server(interop_stubs, server_credentials(certs))
    yield Peer(f"127.0.0.1:{port}", ["--cacert", certs / "ca.pem"], servicer)
    server.stop(None).wait()


# ruby-grpc's server.rb binds every address and does not tell its port.
RUBY = """
require 'grpc'
class GRPC::RpcServer
  alias bind_anywhere add_http2_port
  def add_http2_port(_, credentials)
    port = bind_anywhere('127.0.0.1:0', credentials)
    File.write(ENV['READY_FILE'], port.to_s)
    port
  end
end
ARGV.replace(['--port', '0', '--use_tls', 'true'])
load ENV['INTEROP_SERVER']
"""


@pytest.fixture(scope="session")
def ruby_peer(tmp_path_factory):
    found = glob.glob("/usr/lib/*/rubygems-integration/*/gems/grpc-*/src/ruby/pb/test/server.rb")
    assert found, "ruby-grpc is not there: apt-get install ruby-grpc"
    program = pathlib.Path(found[0])
    folder = tmp_path_factory.mktemp("ruby")
    ready = folder / "port"
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            ["ruby", "-e", RUBY], stdout=log, stderr=log,
            env={**os.environ, "READY_FILE": str(ready), "INTEROP_SERVER": str(program)})
    try:
        deadline = time.monotonic() + 60
        while not (ready.exists() and ready.read_text()):
            assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        ca = program.parents[2] / "spec" / "testdata" / "ca.pem"
        yield Peer(
            f"127.0.0.1:{ready.read_text()}",
            ["--cacert", ca, "--servername", "foo.test.google.fr", *PROTO])
    finally:
        process.kill()
        process.wait()


@pytest.fixture(params=["python", "ruby"])
def peer(request):
    """Each maker's server in turn."""
    return request.getfixturevalue(f"{request.param}_peer")
