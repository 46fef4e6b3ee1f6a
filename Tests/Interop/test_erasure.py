"""A member is erased: what was said by and about it is in no file, backup or restored folder, also with a copy of the members'
keys from before, and also where the ledger is restored to before the erasure."""

import subprocess

from conftest import BIN, ROOT, Server, accrual, key

SECRET = "13800138000"


def run(*arguments):
    done = subprocess.run([BIN / "loyalty-server", *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


def shown(folder, master):
    return run("inspect", folder, "--master-key-file", master)


def said(server, member):
    """What a caller is told of a member: attributes, birthday, reasons."""
    from loyalty.v1 import account_service_pb2, account_service_pb2_grpc, member_service_pb2, member_service_pb2_grpc

    with server.channel("ops-lin") as channel:
        profile = member_service_pb2_grpc.MemberServiceStub(channel).GetMember(
            member_service_pb2.GetMemberRequest(member_id=member), timeout=30).member.profile
        entries = account_service_pb2_grpc.AccountServiceStub(channel).ListEntries(
            account_service_pb2.ListEntriesRequest(member_id=member), timeout=30).entries
    return dict(profile.attributes), profile.HasField("birthday"), [entry.reason for entry in entries if entry.reason]


def test_an_erased_member_is_in_no_backup_also_with_keys_from_before(stubs, certs, tmp_path):
    from loyalty.v1 import (
        approval_service_pb2, approval_service_pb2_grpc, correction_service_pb2, correction_service_pb2_grpc,
        loyalty_service_pb2_grpc, member_pb2, member_service_pb2, member_service_pb2_grpc)

    master = tmp_path / "master.key"
    run("keys", "create", master)
    subprocess.run([ROOT / "certs" / "make-dev-certs.sh", certs, "ops-wang"], check=True, capture_output=True)
    server = Server(tmp_path, certs, options=["--master-key-file", master]).start()
    data, backup, old_keys = tmp_path / "data", tmp_path / "backup", tmp_path / "old-keys"
    with server.channel("ops-lin") as channel:
        members = member_service_pb2_grpc.MemberServiceStub(channel)
        corrections = correction_service_pb2_grpc.CorrectionServiceStub(channel)
        for member in ["M-1", "M-2"]:
            members.EnrolMember(
                member_service_pb2.EnrolMemberRequest(
                    member_id=member, idempotency_key=key(),
                    profile=member_pb2.MemberProfile(
                        birthday=member_pb2.MonthDay(month=2, day=29), attributes={"phone": SECRET})),
                timeout=30)
            corrections.AdjustPoints(
                correction_service_pb2.AdjustPointsRequest(
                    member_id=member, points=100, reason=f"called {SECRET}", idempotency_key=key()), timeout=30)
    with server.channel() as channel:
        loyalty_service_pb2_grpc.LoyaltyServiceStub(channel).Accrue(accrual("M-2"), timeout=30)
    whole = ({"phone": SECRET}, True, [f"called {SECRET}"])
    nothing = ({}, False, [])
    assert said(server, "M-1") == said(server, "M-2") == whole
    run("backup", data, backup, "--member-keys", old_keys)
    before = int(run("restore", backup, tmp_path / "none", "--check", "--master-key-file", master)
                 .split(" to ")[1].split(" ")[0])

    with server.channel("ops-lin") as channel:
        members = member_service_pb2_grpc.MemberServiceStub(channel)
        members.SetMemberStatus(
            member_service_pb2.SetMemberStatusRequest(
                member_id="M-1", status=member_pb2.MEMBER_STATUS_CLOSED, reason="asked", idempotency_key=key()),
            timeout=30)
        proposal = members.EraseMember(
            member_service_pb2.EraseMemberRequest(member_id="M-1", idempotency_key=key()), timeout=30).proposal_id
    with server.channel("ops-wang") as channel:
        approvals = approval_service_pb2_grpc.ApprovalServiceStub(channel)
        approvals.DecideProposal(
            approval_service_pb2.DecideProposalRequest(proposal_id=proposal, approve=True, idempotency_key=key()),
            timeout=30)
    assert (said(server, "M-1"), said(server, "M-2")) == (nothing, whole)
    server.kill()
    server.start()
    assert (said(server, "M-1"), said(server, "M-2")) == (nothing, whole)
    run("backup", data, backup)
    assert server.stop() == 0
    run("verify", data, "--master-key-file", master)

    # Whoever has the master key sees neither what was said nor a birthday in any file, of whichever member.
    for folder in [data, backup]:
        lines = shown(folder, master)
        assert SECRET not in lines and '"birthday":' not in lines and '"sealed"' in lines

    # To the end, and to before the erasure; with the keys that were copied before it.
    for number, point in enumerate([[], ["--sequence", str(before)]]):
        folder = tmp_path / f"restored-{number}"
        (folder / "server").mkdir(parents=True)
        run("restore", backup, folder / "data", "--member-keys", old_keys, "--master-key-file", master, *point)
        restored = Server(
            folder / "server", certs, data=folder / "data", options=["--master-key-file", master]).start()
        assert (said(restored, "M-1"), said(restored, "M-2")) == (nothing, whole)
        assert restored.stop() == 0
        run("verify", folder / "data", "--master-key-file", master)
        assert SECRET not in shown(folder / "data", master)
