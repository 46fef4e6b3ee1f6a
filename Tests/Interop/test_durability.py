"""The server is killed with SIGKILL under load, again and again: every acknowledged call is there exactly once.

SEED replays the load's choices and the moments of the kills (as far as timing allows); SIGKILLS sets how often.
"""

import asyncio
import os
import random

from acknowledgements import Record, load, verified
from conftest import Server

SIGKILLS = int(os.environ.get("SIGKILLS", "30"))


def test_every_acknowledged_call_is_there_exactly_once_after_sigkill(stubs, certs, unlimited, tmp_path):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}")
    choices = random.Random(seed)
    record = Record()
    server = Server(tmp_path, certs, policy=unlimited).start()
    for round in range(SIGKILLS):

        async def strike():
            await asyncio.sleep(choices.uniform(0.2, 1.0))
            server.kill()

        asyncio.run(load(server, record, choices, strike))
        server.start()
        print(f"kill {round + 1}: {verified(server, record, choices)}")
    assert server.stop() == 0
