"""`loyalty-server verify` on what a real server has written: sound after SIGKILL and after a stop, refused while the
server runs, and a flipped bit is told with its file."""

import json
import shutil
import subprocess

from conftest import BIN, Server, accrual


def verify(folder):
    return subprocess.run([BIN / "loyalty-server", "verify", folder], capture_output=True, text=True, timeout=120)


def accrue(server, count):
    from loyalty.v1 import loyalty_service_pb2_grpc

    with server.channel() as channel:
        loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        for number in range(count):
            loyalty.Accrue(accrual(f"M-{number % 7}"), timeout=30)


def test_a_server_s_data_is_verified_and_a_flipped_bit_is_found(stubs, certs, tmp_path):
    server = Server(tmp_path, certs).start()
    data = tmp_path / "data"
    accrue(server, 40)
    refused = verify(data)
    assert refused.returncode == 1 and "is held by" in refused.stderr, refused
    server.kill()
    killed = verify(data)
    assert killed.returncode == 0 and "records 1 to " in killed.stdout, killed

    server = Server(tmp_path, certs).start()
    accrue(server, 40)
    assert server.stop() == 0
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    (copy / "lock").unlink()
    sound = verify(copy)
    assert sound.returncode == 0 and " 0 snapshots" not in sound.stdout, sound
    assert not (copy / "lock").exists()

    shown = subprocess.run([BIN / "loyalty-server", "inspect", copy], capture_output=True, text=True, timeout=120)
    lines = [json.loads(line) for line in shown.stdout.splitlines()]
    assert shown.returncode == 0 and {"segment", "snapshot", "index"} <= {line.get("kind") for line in lines}
    assert sum("accrual" in line.get("record", {}) for line in lines) == 80, shown.stderr
    assert any("members" in line.get("content", {}) for line in lines)

    segment = sorted(copy.glob("segment-*.journal"))[0]
    content = bytearray(segment.read_bytes())
    content[700] ^= 1
    segment.write_bytes(content)
    damaged = verify(copy)
    assert damaged.returncode == 1 and f"{segment} is damaged at byte " in damaged.stderr, damaged
