"""The server is killed with SIGKILL under load, ten times over: every acknowledged call is there exactly once.

The client keeps its own record of what was acknowledged. After each restart it sends every acknowledged request of the
round again under its key (the answer must be the first one) and every request whose fate it does not know (now it must
be accepted, or answered as before). Then each member's balance must be what the answers add up to: a lost or doubled
call would show.

SEED replays the load's choices and the moments of the kills (as far as timing allows); ROUNDS sets how often.
"""

import asyncio
import os
import random

import grpc

from conftest import Server, accrual, key

ROUNDS = int(os.environ.get("ROUNDS", "10"))
WORKERS = 48
MEMBERS = [f"M-{number}" for number in range(40)]


class Record:
    """What this client knows of its calls."""

    def __init__(self):
        self.balance = {member: 0 for member in MEMBERS}
        self.acknowledged = []
        self.uncertain = []
        self.calls = 0

    def note(self, request, answer):
        spent = answer.DESCRIPTOR.name == "RedeemResponse"
        self.balance[request.member_id] += -answer.points if spent else answer.points
        self.calls += 1


async def call(loyalty, request):
    from loyalty.v1 import redemption_pb2

    method = loyalty.Redeem if isinstance(request, redemption_pb2.RedeemRequest) else loyalty.Accrue
    return await method(request, timeout=30)


def next_request(choices):
    from loyalty.v1 import redemption_pb2

    member = choices.choice(MEMBERS)
    if choices.random() < 0.2:
        return redemption_pb2.RedeemRequest(member_id=member, item_id="lounge-visit", idempotency_key=key())
    return accrual(member, minor_units=choices.randrange(100, 1_000_000))


def is_refusal(error):
    """The rules said no (too few points, unknown member yet): nothing has changed."""
    return error.code() in (grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.NOT_FOUND)


async def load(server, record, choices, seconds):
    from loyalty.v1 import loyalty_service_pb2_grpc

    acknowledged, killed = [], asyncio.Event()

    async def worker(loyalty):
        while not killed.is_set():
            request = next_request(choices)
            try:
                answer = await call(loyalty, request)
            except grpc.RpcError as error:
                if not is_refusal(error):
                    record.uncertain.append(request)
                    return
            else:
                acknowledged.append((request, answer))

    channels = [
        grpc.aio.secure_channel(server.address, server.credentials(), options=[("grpc.use_local_subchannel_pool", 1)])
        for _ in range(4)
    ]
    workers = [
        asyncio.create_task(worker(loyalty_service_pb2_grpc.LoyaltyServiceStub(channels[n % 4])))
        for n in range(WORKERS)
    ]
    await asyncio.sleep(seconds)
    server.kill()
    killed.set()
    await asyncio.gather(*workers)
    for channel in channels:
        await channel.close()
    return acknowledged


async def check(server, record, acknowledged):
    from loyalty.v1 import loyalty_service_pb2_grpc, tier_pb2

    async with grpc.aio.secure_channel(server.address, server.credentials()) as channel:
        loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        for start in range(0, len(acknowledged), 200):
            part = acknowledged[start : start + 200]
            answers = await asyncio.gather(*(call(loyalty, request) for request, _ in part))
            for (request, first), again in zip(part, answers):
                assert again == first, f"acknowledged as {first}, now {again}"
                record.note(request, first)
        for request in record.uncertain:
            try:
                record.note(request, await call(loyalty, request))
            except grpc.RpcError as error:
                assert is_refusal(error), error
        record.uncertain = []
        for member in MEMBERS:
            try:
                balance = (await loyalty.GetTier(tier_pb2.GetTierRequest(member_id=member))).balance
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.NOT_FOUND
                balance = 0
            assert balance == record.balance[member], f"{member}: {balance} in the ledger, {record.balance[member]} answered"


def test_every_acknowledged_call_is_there_exactly_once_after_sigkill(stubs, certs, tmp_path):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}")
    choices = random.Random(seed)
    record = Record()
    earlier = []
    server = Server(tmp_path, certs).start()
    for round in range(ROUNDS):
        acknowledged = asyncio.run(load(server, record, choices, choices.uniform(0.3, 1.5)))
        uncertain = len(record.uncertain)
        server = Server(tmp_path, certs).start()
        asyncio.run(check(server, record, acknowledged))
        # A sample of earlier rounds as well: keys hold across several restarts.
        sample = choices.sample(earlier, min(50, len(earlier)))
        asyncio.run(repeat(server, sample))
        earlier += acknowledged
        print(f"round {round + 1}: {len(acknowledged)} acknowledged, {uncertain} uncertain, all exactly once")
        assert acknowledged, "no call was acknowledged before the kill: the test proves nothing"
    assert server.stop() == 0


async def repeat(server, sample):
    from loyalty.v1 import loyalty_service_pb2_grpc

    async with grpc.aio.secure_channel(server.address, server.credentials()) as channel:
        loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        for request, first in sample:
            assert await call(loyalty, request) == first
