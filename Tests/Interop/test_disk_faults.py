"""System calls of the store fail, or the process dies in one, under load: nothing acknowledged is lost or doubled.

strace answers the N-th call of a thread with EIO or ENOSPC, or kills the process there. A server whose journal failed
must end with exit code 1 and say so; one that can go on (a snapshot failed, the reserve made room) goes on. Started again
without strace, it is held to everything that the client had been told.

SEED replays the load's choices and N; DISK_FAULTS sets how often each fault strikes.
"""

import asyncio
import os
import random
import shutil
import signal

import pytest

from acknowledgements import Record, load, verified
from conftest import Server

DISK_FAULTS = int(os.environ.get("DISK_FAULTS", "1"))

# The call, and the largest N. N counts the calls of each thread; the rare ones come once or twice in each while the load lasts.
CALLS = {"fdatasync": 60, "pwrite64": 60, "rename": 1, "link": 1, "fsync": 2, "ftruncate": 1}
FAULTS = ["error=EIO", "error=ENOSPC", "signal=KILL"]
# What a server that gives up says of the reason.
TOLD = ["Input/output error", "No space left", "the disk is full"]


def traced(folder, certs, policy, call, fault, number, trace):
    """A server in which the fault strikes. With -D the server, not strace, is our child; with --seccomp-bpf strace 6.1
    forgets signals that it should inject."""
    inject = f"inject={call}:{fault}:when={number}"
    runner = ["strace", "-D", "-f", "-qq", "-o", trace, "-e", f"trace={call}", "-e", inject]
    return Server(folder, certs, policy=policy, runner=runner, options=["--snapshot-interval", "1"])


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_nothing_acknowledged_is_lost_or_doubled_when_a_system_call_fails(stubs, certs, unlimited, tmp_path, call, fault):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}")
    choices = random.Random(seed)
    record = Record()
    plain = Server(tmp_path, certs, policy=unlimited).start()
    assert plain.stop() == 0
    struck = 0
    for round in range(DISK_FAULTS):
        trace = tmp_path / f"trace-{round}"
        number = choices.randint(1, CALLS[call])
        server = traced(tmp_path, certs, unlimited, call, fault, number, trace)
        if not server.try_start():
            how = "at its start"
        else:

            async def strike():
                for _ in range(60):
                    await asyncio.sleep(0.1)
                    if server.process.poll() is not None or "INJECTED" in trace.read_text(errors="replace"):
                        break
                await asyncio.sleep(0.3)

            asyncio.run(load(server, record, choices, strike, may_find_nobody=True))
            if server.process.poll() is None:
                server.stop()
            how = "under load"
        code = server.process.returncode
        struck += code == -signal.SIGKILL or "INJECTED" in trace.read_text(errors="replace")
        assert code == -signal.SIGKILL if fault == "signal=KILL" and code != 0 else code in (0, 1), code
        if code == 1:
            last = server.log.read_text().splitlines()[-1]
            assert "critical" in last and any(text in last for text in TOLD), last
        plain.start()
        print(f"{call} {number} {fault}: {how}, exit code {code}; {verified(plain, record, choices)}")
        assert plain.stop() == 0
    assert struck, "the fault never struck: the test proves nothing"
