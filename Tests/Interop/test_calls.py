"""The five calls, and what bad input gets, from a stock gRPC client."""

import grpc
import pytest
from grpc import StatusCode

from conftest import Server, accrual, details_of, key, refused


def test_an_accrual_is_credited_with_each_rule_and_lot(loyalty):
    member = "M-" + key()
    answer = loyalty.Accrue(accrual(member))
    assert answer.member_id == member and answer.enrolled
    assert answer.points == sum(rule.points for rule in answer.rules) == sum(lot.points for lot in answer.lots)
    assert answer.points > 0 and answer.balance == answer.points
    assert all(rule.rule_id and rule.rule_version and rule.why for rule in answer.rules)
    assert answer.policy_version > 0 and answer.tier_id


def test_a_redemption_takes_the_points_it_says(loyalty):
    from loyalty.v1 import redemption_pb2

    member = "M-" + key()
    earned = loyalty.Accrue(accrual(member))
    answer = loyalty.Redeem(
        redemption_pb2.RedeemRequest(member_id=member, item_id="travel-mug", quantity=2, idempotency_key=key()))
    assert answer.points == sum(lot.points for lot in answer.lots) == 1000
    assert answer.balance == earned.balance - answer.points


def test_the_tier_tells_the_way_to_the_next_one(loyalty):
    from loyalty.v1 import tier_pb2

    member = "M-" + key()
    earned = loyalty.Accrue(accrual(member))
    answer = loyalty.GetTier(tier_pb2.GetTierRequest(member_id=member, language="zh-CN"))
    assert answer.balance == earned.balance and answer.qualifying_points == earned.qualifying_points
    assert answer.tier.tier_id == earned.tier_id
    assert answer.next_tier.qualifying_points - answer.qualifying_points == answer.points_to_next_tier
    assert any("\u4e00" <= character <= "\u9fff" for character in answer.tier.name)


def test_the_catalogue_is_paged_without_gaps_or_repeats(loyalty):
    from loyalty.v1 import catalog_pb2

    whole = [item.item_id for item in loyalty.ListCatalog(catalog_pb2.ListCatalogRequest(page_size=200)).items]
    assert len(whole) >= 8 and len(set(whole)) == len(whole)
    paged, token = [], ""
    while True:
        page = loyalty.ListCatalog(catalog_pb2.ListCatalogRequest(page_size=3, page_token=token, language="en"))
        paged += [item.item_id for item in page.items]
        token = page.next_page_token
        if not token:
            break
    assert paged == whole


def test_feedback_gets_a_ticket_and_a_due_time(loyalty):
    from loyalty.v1 import feedback_pb2

    member = "M-" + key()
    loyalty.Accrue(accrual(member))
    answer = loyalty.SubmitFeedback(
        feedback_pb2.SubmitFeedbackRequest(
            member_id=member, kind=feedback_pb2.FEEDBACK_KIND_COMPLAINT,
            context=feedback_pb2.FEEDBACK_CONTEXT_POINTS, text="积分没有到账", idempotency_key=key()))
    assert answer.ticket_id and answer.member_id == member
    assert answer.due_at.ToSeconds() > answer.opened_at.ToSeconds()


def test_the_same_request_under_the_same_key_is_answered_as_before(loyalty):
    request = accrual("M-" + key())
    first, second = loyalty.Accrue(request), loyalty.Accrue(request)
    assert first == second


@pytest.mark.parametrize(
    "change, path",
    [
        (dict(member_id=""), "member_id"),
        (dict(member_id="M-" + "9" * 100), "member_id"),
        (dict(kind=0), "kind"),
        (dict(reference=""), "reference"),
        (dict(idempotency_key=""), "idempotency_key"),
        (dict(occurred_at=None), "occurred_at"),
    ],
)
def test_a_bad_field_is_named_by_its_path(loyalty, change, path):
    error = refused(lambda: loyalty.Accrue(accrual("M-1", **change)), StatusCode.INVALID_ARGUMENT)
    violations = details_of(error)["BadRequest"].field_violations
    assert path in [violation.field for violation in violations]
    assert all(violation.description for violation in violations)


def test_a_bad_field_of_a_child_is_named_by_its_whole_path(loyalty):
    request = accrual("M-1")
    request.amount.currency_code = "yuan"
    request.amount.minor_units = 1_000_000_000_001
    error = refused(lambda: loyalty.Accrue(request), StatusCode.INVALID_ARGUMENT)
    paths = [violation.field for violation in details_of(error)["BadRequest"].field_violations]
    assert "amount.currency_code" in paths and "amount.minor_units" in paths


def test_too_few_points_are_refused_with_the_numbers(loyalty):
    from loyalty.v1 import redemption_pb2

    member = "M-" + key()
    earned = loyalty.Accrue(accrual(member))
    request = redemption_pb2.RedeemRequest(member_id=member, item_id="cabin-suitcase", quantity=100, idempotency_key=key())
    error = refused(lambda: loyalty.Redeem(request, metadata=[("accept-language", "zh-CN")]), StatusCode.FAILED_PRECONDITION)
    details = details_of(error)
    assert details["ErrorInfo"].reason == "INSUFFICIENT_POINTS" and details["ErrorInfo"].domain == "loyalty.v1"
    assert str(earned.balance) in details["ErrorInfo"].metadata.values()
    assert details["LocalizedMessage"].locale == "zh-CN"
    assert any("\u4e00" <= character <= "\u9fff" for character in details["LocalizedMessage"].message)


def test_an_item_for_higher_tiers_is_refused_with_its_own_reason(loyalty):
    from loyalty.v1 import redemption_pb2

    member = "M-" + key()
    loyalty.Accrue(accrual(member, minor_units=100))
    request = redemption_pb2.RedeemRequest(member_id=member, item_id="tea-master-class", idempotency_key=key())
    error = refused(lambda: loyalty.Redeem(request), StatusCode.FAILED_PRECONDITION)
    assert details_of(error)["ErrorInfo"].reason == "TIER_NOT_ELIGIBLE"


def test_what_is_out_of_stock_is_refused_with_its_own_reason(stubs, server):
    from loyalty.v1 import loyalty_service_pb2_grpc, redemption_pb2

    with server.channel() as channel:
        loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        loyalty.Accrue(accrual("M-1", minor_units=100_000_000))
        for _ in range(10):
            loyalty.Redeem(
                redemption_pb2.RedeemRequest(member_id="M-1", item_id="travel-mug", quantity=100, idempotency_key=key()))
        request = redemption_pb2.RedeemRequest(member_id="M-1", item_id="travel-mug", idempotency_key=key())
        error = refused(lambda: loyalty.Redeem(request), StatusCode.FAILED_PRECONDITION)
        assert details_of(error)["ErrorInfo"].reason == "OUT_OF_STOCK"


def test_a_key_reused_with_another_request_is_refused(loyalty):
    request = accrual("M-" + key())
    loyalty.Accrue(request)
    request.amount.minor_units += 1
    error = refused(lambda: loyalty.Accrue(request), StatusCode.FAILED_PRECONDITION)
    assert details_of(error)["ErrorInfo"].reason == "IDEMPOTENCY_KEY_REUSED"


def test_a_ticket_is_credited_once_even_under_another_key(loyalty):
    request = accrual("M-" + key())
    first = loyalty.Accrue(request)
    request.idempotency_key = key()
    error = refused(lambda: loyalty.Accrue(request), StatusCode.FAILED_PRECONDITION)
    info = details_of(error)["ErrorInfo"]
    assert info.reason == "REFERENCE_ALREADY_CREDITED" and first.accrual_id in info.metadata.values()


def test_an_unknown_member_or_item_is_not_found(loyalty):
    from loyalty.v1 import redemption_pb2, tier_pb2

    refused(lambda: loyalty.GetTier(tier_pb2.GetTierRequest(member_id="M-nobody")), StatusCode.NOT_FOUND)
    member = "M-" + key()
    loyalty.Accrue(accrual(member))
    request = redemption_pb2.RedeemRequest(member_id=member, item_id="no-such-item", idempotency_key=key())
    refused(lambda: loyalty.Redeem(request), StatusCode.NOT_FOUND)


def test_a_call_without_a_certificate_is_unauthenticated(stubs, shared_server):
    from loyalty.v1 import loyalty_service_pb2_grpc

    with shared_server.channel(None) as channel:
        loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        refused(lambda: loyalty.Accrue(accrual("M-1")), StatusCode.UNAUTHENTICATED)


def test_a_certificate_of_another_authority_is_unauthenticated(stubs, shared_server, tmp_path):
    import subprocess

    from conftest import ROOT
    from loyalty.v1 import loyalty_service_pb2_grpc

    subprocess.run([ROOT / "certs" / "make-dev-certs.sh", tmp_path], check=True, capture_output=True)
    credentials = grpc.ssl_channel_credentials(
        (shared_server.certs / "ca.pem").read_bytes(), (tmp_path / "partner-cathay-air.key").read_bytes(),
        (tmp_path / "partner-cathay-air.pem").read_bytes())
    with grpc.secure_channel(shared_server.address, credentials) as channel:
        loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        refused(lambda: loyalty.Accrue(accrual("M-1")), StatusCode.UNAUTHENTICATED)


def test_health_is_told_without_a_certificate(shared_server):
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    with shared_server.channel(None) as channel:
        for service in ("", "loyalty.v1.LoyaltyService"):
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_keys_hold_across_a_restart(stubs, server):
    from loyalty.v1 import loyalty_service_pb2_grpc, tier_pb2

    request = accrual("M-1")
    with server.channel() as channel:
        first = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel).Accrue(request)
    assert server.stop() == 0
    again = Server(server.folder, server.certs).start()
    try:
        with again.channel() as channel:
            loyalty = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
            assert loyalty.Accrue(request) == first
            assert loyalty.GetTier(tier_pb2.GetTierRequest(member_id="M-1")).balance == first.balance
            request.amount.minor_units += 1
            error = refused(lambda: loyalty.Accrue(request), StatusCode.FAILED_PRECONDITION)
            assert details_of(error)["ErrorInfo"].reason == "IDEMPOTENCY_KEY_REUSED"
    finally:
        assert again.stop() == 0
