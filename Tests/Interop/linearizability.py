"""Whether a concurrent history of one member's account could have come from calls made one after the other.

The search of Wing and Gong (Testing and Verifying Concurrent Objects, 1993) with Lowe's memory of the places that led
nowhere (Testing for Linearizability, 2017): of the operations that had begun before the first one that is not yet placed
ended, one must come next; it is placed if the model gives the answer that the caller got. An operation whose caller never
heard of it may be placed anywhere after its beginning, or nowhere.
"""

import dataclasses
import math

EVENT = 100
MUG = 500


@dataclasses.dataclass(frozen=True)
class Operation:
    """What one caller did and heard. Times are of one clock; an unheard answer is None, and ends at infinity."""

    kind: str  # "accrue", "redeem" or "read"
    begin: float
    end: float
    answer: object  # the balance; "refused" for a redemption; None if unheard

    @property
    def is_unheard(self):
        return self.end == math.inf


def step(balance, kind):
    """The model: the new balance and the answer."""
    if kind == "accrue":
        return balance + EVENT, balance + EVENT
    if kind == "redeem":
        return (balance - MUG, balance - MUG) if balance >= MUG else (balance, "refused")
    return balance, balance


def is_linearizable(history, balance=0):
    """Whether some order that respects real time gives each caller its answer."""
    operations = sorted(history, key=lambda operation: operation.begin)
    heard = sum(not operation.is_unheard for operation in operations)
    # A place in the search: which operations have been placed (bits), how many of them were heard, the balance.
    stack, seen = [(0, 0, balance)], set()
    while stack:
        placed, count, balance = stack.pop()
        if count == heard:
            return True
        if (placed, balance) in seen:
            continue
        seen.add((placed, balance))
        earliest_end = math.inf
        for index, operation in enumerate(operations):
            if not placed >> index & 1:
                earliest_end = min(earliest_end, operation.end)
        for index, operation in enumerate(operations):
            if operation.begin > earliest_end:
                break
            if placed >> index & 1:
                continue
            after, answer = step(balance, operation.kind)
            if operation.is_unheard or answer == operation.answer:
                stack.append((placed | 1 << index, count + (not operation.is_unheard), after))
    return False
