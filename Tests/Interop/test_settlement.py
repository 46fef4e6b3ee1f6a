"""The settlement statement as a partner computes it: with the code of docs/settlement.md, word for word."""

import re
import time

from google.protobuf import timestamp_pb2

from conftest import ROOT, accrual, key


def documented_hash():
    """The function that the page gives to partners."""
    code = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "settlement.md").read_text(), re.S).group(1)
    names = {}
    exec(compile(code, "docs/settlement.md", "exec"), names)
    return names["sha256"]


def moment(seconds):
    stamp = timestamp_pb2.Timestamp()
    stamp.FromMilliseconds(int(seconds * 1000))
    return stamp


def test_a_partner_computes_the_hash_of_its_statement_by_the_page(stubs, server):
    from loyalty.v1 import activity_service_pb2, activity_service_pb2_grpc, exchange_service_pb2
    from loyalty.v1 import exchange_service_pb2_grpc, settlement_service_pb2, settlement_service_pb2_grpc

    start = time.time() - 1
    member = "M-" + key()
    with server.channel() as channel:
        activities = [accrual(member, reference=f"160|{number}\\", idempotency_key="") for number in range(3)]
        upload = activity_service_pb2_grpc.ActivityServiceStub(channel).UploadActivities(
            activity_service_pb2.UploadActivitiesRequest(activity=activity) for activity in activities)
        assert upload.accepted == 3 and [result.line for result in upload.results] == [1, 2, 3]
        exchanged = exchange_service_pb2_grpc.ExchangeServiceStub(channel).Exchange(
            exchange_service_pb2.ExchangeRequest(
                member_id=member, direction=exchange_service_pb2.EXCHANGE_DIRECTION_TO_MILES, amount=5000,
                idempotency_key=key()))
        time.sleep(0.01)  # the period is over when it is asked for
        request = settlement_service_pb2.GetStatementRequest(until=moment(time.time()))
        getattr(request, "from").CopyFrom(moment(start))
        settlement = settlement_service_pb2_grpc.SettlementServiceStub(channel)
        parts = list(settlement.GetStatement(request))
        header, trailer = parts[0].header, parts[-1].trailer
        lines = [part.line for part in parts[1:-1]]
        assert [part.WhichOneof("part") for part in parts] == ["header"] + ["line"] * 4 + ["trailer"]
        assert [line.reference for line in lines[:3]] == [activity.reference for activity in activities]
        assert trailer.lines == 4 and trailer.miles == exchanged.miles == 1000
        assert documented_hash()(header, lines) == trailer.sha256

        period = settlement_service_pb2.ReconcilePeriod(until=request.until)
        getattr(period, "from").CopyFrom(getattr(request, "from"))

        def books(lines):
            yield settlement_service_pb2.ReconcileRequest(period=period)
            for line in lines:
                yield settlement_service_pb2.ReconcileRequest(
                    line=settlement_service_pb2.ReconcileLine(
                        kind=line.kind, reference=line.reference, points=line.points, miles=line.miles))

        assert settlement.Reconcile(books(lines)).agrees
        assert settlement.Reconcile(books(lines[1:] + lines[1:2])).doubled == 1
