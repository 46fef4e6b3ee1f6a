"""A client that keeps its own record of what a server acknowledged, for tests that take the server away under load.

`load` calls until the fault strikes. `check` then asks the restarted server: every acknowledged request, sent again under
its key, must get the first answer; every request whose fate is unknown must be accepted now or answered as before; and
each member's balance must be what the answers add up to. A lost or doubled call would show.
"""

import asyncio

import grpc

from conftest import accrual, key

WORKERS = 48
MEMBERS = 40
# An account keeps at most 4,096 open lots, and every accrual makes one: after so many calls others earn. What the server
# remembers of keys is bounded as well (a million): those asked for again are among so many of the latest.
CALLS_BY_THE_SAME = 40_000


class Record:
    """What this client knows of its calls."""

    def __init__(self):
        self.balance = {}
        self.members = []
        self.generation = self.noted = 0
        self.renew()
        self.acknowledged = []
        self.earlier = []
        self.uncertain = []

    def renew(self):
        """Other members from now on; the balances of those before stay as they are, and are checked on."""
        self.generation += 1
        self.noted = 0
        self.members = [f"M-{self.generation}-{number}" for number in range(MEMBERS)]
        self.balance |= {member: 0 for member in self.members}

    def note(self, request, answer):
        self.noted += 1
        spent = answer.DESCRIPTOR.name == "RedeemResponse"
        self.balance[request.member_id] += -answer.points if spent else answer.points


async def call(loyalty, request):
    from loyalty.v1 import redemption_pb2

    method = loyalty.Redeem if isinstance(request, redemption_pb2.RedeemRequest) else loyalty.Accrue
    return await method(request, timeout=120)


def next_request(members, choices):
    from loyalty.v1 import redemption_pb2

    member = choices.choice(members)
    if choices.random() < 0.2:
        return redemption_pb2.RedeemRequest(member_id=member, item_id="lounge-visit", idempotency_key=key())
    return accrual(member, minor_units=choices.randrange(100, 1_000_000))


def is_refusal(error):
    """The rules said no (too few points, unknown member yet): nothing has changed."""
    return error.code() in (grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.NOT_FOUND)


async def load(server, record, choices, strike, may_find_nobody=False):
    """Calls from many workers until `strike`, a coroutine function, has done its deed.

    `may_find_nobody`: the fault may come before the first acknowledgement.
    """
    from loyalty.v1 import loyalty_service_pb2_grpc

    record.acknowledged, heard, struck = [], asyncio.Event(), asyncio.Event()
    if record.noted > CALLS_BY_THE_SAME:
        record.renew()

    async def worker(loyalty):
        while not struck.is_set():
            request = next_request(record.members, choices)
            try:
                answer = await call(loyalty, request)
            except grpc.RpcError as error:
                if not is_refusal(error):
                    record.uncertain.append(request)
                    return
            else:
                record.acknowledged.append((request, answer))
                heard.set()

    channels = [
        grpc.aio.secure_channel(server.address, server.credentials(), options=[("grpc.use_local_subchannel_pool", 1)])
        for _ in range(4)
    ]
    workers = [
        asyncio.create_task(worker(loyalty_service_pb2_grpc.LoyaltyServiceStub(channels[n % 4])))
        for n in range(WORKERS)
    ]
    if not may_find_nobody:
        # On a machine that is busy the first answer may take longer than the strike would.
        await asyncio.wait_for(heard.wait(), 120)
    await strike()
    struck.set()
    await asyncio.gather(*workers)
    for channel in channels:
        await channel.close()
    assert record.acknowledged or may_find_nobody, "no call was acknowledged before the fault: the test proves nothing"


async def check(server, record):
    """Holds a restarted server to what was acknowledged since the last check."""
    from loyalty.v1 import loyalty_service_pb2_grpc, tier_pb2

    async with grpc.aio.secure_channel(server.address, server.credentials()) as channel:
        loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        for start in range(0, len(record.acknowledged), 200):
            part = record.acknowledged[start : start + 200]
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
        for member in list(record.balance):
            try:
                balance = (await loyalty.GetTier(tier_pb2.GetTierRequest(member_id=member))).balance
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.NOT_FOUND
                balance = 0
            assert balance == record.balance[member], f"{member}: {balance} in the ledger, {record.balance[member]} answered"


async def repeat(server, sample):
    """Sends acknowledged requests again: keys hold across several restarts."""
    from loyalty.v1 import loyalty_service_pb2_grpc

    async with grpc.aio.secure_channel(server.address, server.credentials()) as channel:
        loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        for request, first in sample:
            assert await call(loyalty, request) == first


def verified(server, record, choices):
    """Checks a restarted server, a sample of earlier rounds as well; returns what the round came to, in words."""
    uncertain = len(record.uncertain)
    asyncio.run(check(server, record))
    asyncio.run(repeat(server, choices.sample(record.earlier, min(50, len(record.earlier)))))
    count = len(record.acknowledged)
    # They have been counted: after a round whose server ended at its start they must not be once more.
    record.earlier, record.acknowledged = (record.earlier + record.acknowledged)[-200_000:], []
    return f"{count} acknowledged, {uncertain} uncertain, all exactly once"
