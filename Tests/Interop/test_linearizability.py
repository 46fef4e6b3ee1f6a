"""Concurrent calls for the same members, over the wire, behave as if made one after the other, also across a SIGKILL.

SEED replays the choices of the load; HISTORIES sets how many members' histories are checked.
"""

import asyncio
import math
import os
import random
import time

import grpc

from acknowledgements import is_refusal
from conftest import Server, accrual, key
from linearizability import EVENT, MUG, Operation, is_linearizable

HISTORIES = int(os.environ.get("HISTORIES", "24"))
CALLERS = 5
CALLS = 24


def operation(kind, begin, end, answer):
    return Operation(kind, begin, end, answer)


def test_the_checker_accepts_what_overlaps_and_finds_what_cannot_be():
    first = operation("accrue", 0, 10, EVENT)
    assert is_linearizable([first, operation("read", 5, 6, 0)])
    assert is_linearizable([first, operation("read", 5, 6, EVENT)])
    stale = [first, operation("read", 11, 12, 0)]
    assert not is_linearizable(stale), "a read after the answer that does not see it"
    backwards = [operation("accrue", 0, 20, EVENT), operation("read", 1, 2, EVENT), operation("read", 3, 4, 0)]
    assert not is_linearizable(backwards), "a read that saw a change, then one that did not"
    funded = [operation("accrue", n, n + 0.5, EVENT * (n + 1)) for n in range(5)]
    twice = funded + [operation("redeem", 10, 20, 5 * EVENT - MUG), operation("redeem", 10, 20, 5 * EVENT - MUG)]
    assert not is_linearizable(twice), "one balance spent twice"
    once = funded + [operation("redeem", 10, 20, 0), operation("redeem", 10, 20, "refused")]
    assert is_linearizable(once)
    unheard = operation("accrue", 0, math.inf, None)
    assert is_linearizable([unheard, operation("read", 5, 6, EVENT), operation("read", 7, 8, EVENT)])
    assert is_linearizable([unheard, operation("read", 5, 6, 0)])
    lost = [unheard, operation("read", 5, 6, EVENT), operation("read", 7, 8, 0)]
    assert not is_linearizable(lost), "a change that was seen and then taken back"


class Caller:
    """One of a member's callers, one call after the other."""

    def __init__(self, member, choices):
        self.member = member
        self.choices = choices
        self.history = []

    async def run(self, loyalty, calls):
        """Calls until the number is reached, or the server is gone."""
        for _ in range(calls):
            kind = self.choices.choices(["accrue", "redeem", "read"], [5, 2, 4])[0]
            begin = time.monotonic()
            try:
                answer = await self.call(loyalty, kind)
            except grpc.RpcError as error:
                if not is_refusal(error):
                    # A read that was not heard tells nothing.
                    if kind != "read":
                        self.history.append(Operation(kind, begin, math.inf, None))
                    return
                assert kind == "redeem", error
                answer = "refused"
            self.history.append(Operation(kind, begin, time.monotonic(), answer))

    async def call(self, loyalty, kind):
        from loyalty.v1 import accrual_pb2, redemption_pb2, tier_pb2

        if kind == "accrue":
            request = accrual(self.member, kind=accrual_pb2.ACTIVITY_KIND_EVENT)
            request.ClearField("amount")
            return (await loyalty.Accrue(request, timeout=30)).balance
        if kind == "redeem":
            request = redemption_pb2.RedeemRequest(
                member_id=self.member, item_id="travel-mug", idempotency_key=key())
            return (await loyalty.Redeem(request, timeout=30)).balance
        return (await loyalty.GetTier(tier_pb2.GetTierRequest(member_id=self.member), timeout=30)).balance


async def enrol(loyalty, members):
    from loyalty.v1 import accrual_pb2

    for member in members:
        request = accrual(member, kind=accrual_pb2.ACTIVITY_KIND_EVENT)
        request.ClearField("amount")
        assert (await loyalty.Accrue(request, timeout=30)).balance == EVENT


async def round_of_calls(server, callers, strike=None, enrolling=False):
    from loyalty.v1 import loyalty_service_pb2_grpc

    # Several connections: several event loops of the server decide at the same time.
    channels = [
        grpc.aio.secure_channel(server.address, server.credentials(), options=[("grpc.use_local_subchannel_pool", 1)])
        for _ in range(CALLERS)
    ]
    stubs = [loyalty_service_pb2_grpc.LoyaltyServiceStub(channel) for channel in channels]
    if enrolling:
        await enrol(stubs[0], sorted({caller.member for caller in callers}))
    tasks = [asyncio.create_task(caller.run(stubs[n % CALLERS], CALLS)) for n, caller in enumerate(callers)]
    if strike:
        await strike()
    await asyncio.gather(*tasks)
    for channel in channels:
        await channel.close()


def test_calls_for_one_member_are_linearizable_also_across_a_kill(stubs, certs, unlimited, tmp_path):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}")
    choices = random.Random(seed)
    callers = [Caller(f"M-{n // CALLERS}", choices) for n in range(HISTORIES * CALLERS)]
    server = Server(tmp_path, certs, policy=unlimited).start()

    async def kill():
        await asyncio.sleep(choices.uniform(0.1, 0.4))
        server.kill()

    asyncio.run(round_of_calls(server, callers, kill, enrolling=True))
    server.start()
    asyncio.run(round_of_calls(server, callers))
    assert server.stop() == 0

    unheard = 0
    for member in sorted({caller.member for caller in callers}):
        history = [operation for caller in callers if caller.member == member for operation in caller.history]
        unheard += sum(operation.is_unheard for operation in history)
        assert is_linearizable(history, balance=EVENT), f"{member}: " + "\n".join(map(str, history))
    assert unheard, "the kill interrupted nothing: the test proves less than it says"
    print(f"{HISTORIES} histories, {sum(len(caller.history) for caller in callers)} operations, {unheard} unheard")
