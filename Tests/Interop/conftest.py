"""A real server, certificates and stubs, for tests that come from outside: everything here is Python's own gRPC stack.

LOYALTY_BIN names the folder with loyalty-server and rpc-client (default: the debug build).
"""

import os
import pathlib
import signal
import subprocess
import sys
import time
import uuid

import grpc
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("LOYALTY_BIN", ROOT / ".build" / "debug"))
POLICY = ROOT / "policies" / "sample.yaml"


@pytest.fixture(scope="session")
def stubs(tmp_path_factory):
    """Python stubs made from this project's schemas by grpcio-tools."""
    out = tmp_path_factory.mktemp("stubs")
    api = ROOT / "schemas" / "api"
    rpc = ROOT / "Sources" / "LoyaltyRPC" / "Schemas"
    files = [str(p.relative_to(api)) for p in sorted(api.rglob("*.proto"))]
    files += ["google/rpc/status.proto", "google/rpc/error_details.proto"]
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{api}", f"-I{rpc}", f"--python_out={out}",
         f"--grpc_python_out={out}", *files],
        check=True,
    )
    sys.path.insert(0, str(out))
    return out


@pytest.fixture(scope="session")
def certs(tmp_path_factory):
    out = tmp_path_factory.mktemp("certs")
    subprocess.run([ROOT / "certs" / "make-dev-certs.sh", out], check=True, stdout=subprocess.DEVNULL)
    return out


class Server:
    """A loyalty-server process on a port that the kernel chose."""

    def __init__(self, folder, certs, policy=POLICY, data=None, runner=(), options=()):
        """`data` is where the ledger is kept, if not below `folder`; `runner` a command that runs the server's."""
        self.folder = pathlib.Path(folder)
        self.data = data or self.folder / "data"
        self.runner = list(runner)
        self.options = list(options)
        self.certs = certs
        self.policy = policy
        self.log = self.folder / "server.log"
        self.process = None
        self.address = None

    def command(self, ready):
        return [
            *self.runner, BIN / "loyalty-server", "serve", "--listen", "127.0.0.1:0", "--data", self.data,
            "--policy", self.policy, "--certificate", self.certs / "server.pem", "--key", self.certs / "server.key",
            "--client-ca", self.certs / "ca.pem", "--ready-file", ready, *self.options,
        ]

    def try_start(self):
        """Starts it and waits until it accepts calls; False if it ended before."""
        ready = self.folder / f"ready-{uuid.uuid4()}"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command(ready), stdout=log, stderr=log)
        while not (ready.exists() and ready.read_text().strip()):
            if self.process.poll() is not None:
                return False
            time.sleep(0.01)
        self.address = ready.read_text().strip()
        return True

    def start(self):
        assert self.try_start(), f"the server ended at start:\n{self.log.read_text()[-8000:]}"
        return self

    def stop(self):
        """A clean stop; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def credentials(self, name="partner-cathay-air"):
        ca = (self.certs / "ca.pem").read_bytes()
        if name is None:
            return grpc.ssl_channel_credentials(ca)
        return grpc.ssl_channel_credentials(
            ca, (self.certs / f"{name}.key").read_bytes(), (self.certs / f"{name}.pem").read_bytes())

    def channel(self, name="partner-cathay-air", **options):
        return grpc.secure_channel(self.address, self.credentials(name), options=list(options.items()))


@pytest.fixture(scope="session")
def unlimited(tmp_path_factory):
    """The sample policy without the daily limits of a member: a load earns more than travelling does."""
    text = POLICY.read_text()
    begin = text.index("member_limits:\n")
    end = begin + len("member_limits:\n")
    while text[end] == " ":
        end = text.index("\n", end) + 1
    policy = tmp_path_factory.mktemp("policy") / "unlimited.yaml"
    policy.write_text(text[:begin] + text[end:])
    return policy


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory, certs):
    server = Server(tmp_path_factory.mktemp("server"), certs).start()
    yield server
    assert server.stop() == 0, server.log.read_text()


@pytest.fixture
def server(tmp_path, certs):
    """A server of the test's own, which it may stop and kill."""
    server = Server(tmp_path, certs).start()
    yield server
    if server.process.poll() is None:
        server.kill()


@pytest.fixture
def loyalty(stubs, shared_server):
    from loyalty.v1 import loyalty_service_pb2_grpc

    with shared_server.channel() as channel:
        yield loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)


def key():
    return str(uuid.uuid4())


def accrual(member, minor_units=1_280_000, **changes):
    """A flight today, by default of 12,800 yuan."""
    from google.protobuf import timestamp_pb2
    from loyalty.v1 import accrual_pb2, money_pb2

    now = timestamp_pb2.Timestamp()
    now.FromSeconds(int(time.time()))
    fields = dict(
        member_id=member, kind=accrual_pb2.ACTIVITY_KIND_FLIGHT, reference="160-" + key()[:13],
        amount=money_pb2.Money(currency_code="CNY", minor_units=minor_units), occurred_at=now, idempotency_key=key())
    fields.update(changes)
    return accrual_pb2.AccrueRequest(**fields)


def details_of(error):
    """The google.rpc details of a failed call by their type's short name."""
    from google.rpc import error_details_pb2, status_pb2

    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            assert status.code == error.code().value[0] and status.message == error.details()
            found = {}
            for detail in status.details:
                short = detail.type_url.rsplit(".", 1)[-1]
                message = getattr(error_details_pb2, short)()
                assert detail.Unpack(message)
                found[short] = message
            return found
    return {}


def refused(call, code):
    """The error of a call that must fail with this code."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    assert caught.value.code() == code, f"{caught.value.code()}: {caught.value.details()}"
    return caught.value
