"""Orders, releases and grants: what is forged, stale, unseen or of another is refused by name, with exit 12 or 2."""

import base64
import json
import shutil
from pathlib import Path

import msgspec
import pytest

from assay.core.errors import AssayError, Exit, NotVerifiedError, UsageError
from assay.deposit.deposits import Deposit
from assay.deposit.documents import written
from assay.deposit.grants import revocation
from assay.deposit.in_place import opened
from assay.deposit.opening import Host, checked_terms
from assay.deposit.orders import about, open_order, release, sign
from assay.deposit.room import Room
from assay.deposit.shares import read_custody
from tests.deposit.parties import AT, DAY, SECRET, Scene, examiner_key, key, party, scene
from tests.deposit.test_story import admitted


@pytest.fixture
def made(tmp_path: Path) -> Scene:
    return scene(tmp_path)


def drafted(made: Scene, host: Host, **changes: object) -> bytes:
    asked: dict[str, object] = {
        "condition": "examination",
        "use": "reading",
        "examiner": examiner_key().label,
        "paths": ("src/pay.c",),
        "days": 10,
        "passphrase": SECRET,
    }
    return host.draft(1, **(asked | changes))  # type: ignore[arg-type]


def both(order: bytes) -> bytes:
    return sign(sign(order, party("vendor")), party("reviewer"))


def test_an_order_is_signed_by_all_whom_its_condition_names(made: Scene) -> None:
    with made.host() as host:
        order = drafted(made, host)
        assert about(order, made.terms).condition == "examination"
        assert open_order(both(order), made.target, AT)[1] == order
        for envelope in (sign(order, party("reviewer")), sign(sign(order, party("agent")), party("reviewer"))):
            with pytest.raises(NotVerifiedError, match="the vendor has not signed it"):
                open_order(envelope, made.target, AT)
        with pytest.raises(NotVerifiedError, match="no known key signed it"):
            open_order(sign(order, party("stranger")), made.target, AT)


def test_a_forged_expired_or_foreign_order(made: Scene, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = scene(tmp_path / "other")
    with made.host() as host:
        order = drafted(made, host)
        envelope = json.loads(both(order))
        envelope["payload"] = base64.b64encode(order.replace(b"src/pay.c", b"src/**\x20\x20\x20")).decode()
        with pytest.raises(NotVerifiedError, match="is wrong"):
            open_order(json.dumps(envelope).encode(), made.target, AT)
        with pytest.raises(NotVerifiedError, match="expired"):
            open_order(both(order), made.target, AT + 10 * DAY)
        with pytest.raises(NotVerifiedError, match="later than this machine's clock"):
            open_order(both(order), made.target, AT - 1)
        with pytest.raises(NotVerifiedError, match="another deposit"):
            open_order(both(order), other.target, AT)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"condition": "curiosity"}, "no condition"),
        ({"days": 31}, "longer than the 30 days"),
        ({"examiner": "nobody+00000000"}, "no examiner"),
        ({"paths": ()}, "names no file"),
    ],
)
def test_what_the_terms_never_allow_is_not_even_drafted(made: Scene, changes: dict[str, object], why: str) -> None:
    with made.host() as host, pytest.raises(UsageError, match=why):
        drafted(made, host, **changes)


def test_another_party_is_not_the_host(made: Scene) -> None:
    with pytest.raises(UsageError, match=r"the terms name bank\.example as host"):
        Host(made.folder / "room", made.deposit, party("vendor"), made.clock)


def test_no_share_is_given_before_a_witness_saw_the_order(made: Scene) -> None:
    custody = read_custody(made.dealt.custody, made.deposit.id, made.terms)
    with made.host() as host:
        envelope = both(drafted(made, host))
        name = host.enter(envelope)
        with pytest.raises(NotVerifiedError, match="no witness"):
            host.notice(name)
        position = host.acts.find("order", "order", f"sha256:{name}")
        assert position is not None
        unseen = host.acts.receipt(position)
        with pytest.raises(NotVerifiedError, match="no witness of the terms has seen it"):
            release(made.share("v1"), made.custodians["v1"], envelope, unseen, made.target, custody, AT)
        made.witnessed(host.acts)
        notice = host.notice(name)
        with pytest.raises(NotVerifiedError, match="later than this machine's clock"):
            release(made.share("v1"), made.custodians["v1"], envelope, notice, made.target, custody, AT - 1)
        with pytest.raises(NotVerifiedError, match="was not sealed to"):
            release(made.share("v1"), made.custodians["v2"], envelope, notice, made.target, custody, AT)
        second = both(drafted(made, host, paths=("src/crypt.c",)))
        with pytest.raises(NotVerifiedError, match="of another order"):
            release(made.share("v1"), made.custodians["v1"], second, notice, made.target, custody, AT)


def test_shares_for_one_order_open_no_other(made: Scene) -> None:
    with made.host() as host:
        first, second = made.ordered(host), made.ordered(host, paths=("src/crypt.c",))
        given = made.released(host, first)
        with pytest.raises(NotVerifiedError, match="released for another order"):
            host.open(second, given, SECRET)
        with pytest.raises(NotVerifiedError, match="too few"):
            host.open(first, given[:3], SECRET)
        with pytest.raises(UsageError, match="does not open with this passphrase"):
            host.open(first, given, "wrong")
        changed = json.loads(given[0]) | {"holder": json.loads(given[1])["holder"]}
        spelled = json.dumps(changed, separators=(",", ":"), sort_keys=True).encode() + b"\n"
        with pytest.raises(NotVerifiedError):
            host.open(first, [spelled, *given[1:]], SECRET)
        assert [grant.path for grant in host.open(first, given, SECRET)] == ["src/pay.c"]


def test_reading_forgets_the_way_back_to_the_root(made: Scene) -> None:
    with made.host() as host:
        name = made.ordered(host)
        given = made.released(host, name)
        host.open(name, given, SECRET)
        with pytest.raises(AssayError):
            host.open(name, given, SECRET)
        assert not list((host.folder / "orders").glob("*.key"))


def test_only_what_order_and_terms_both_name_is_granted(made: Scene) -> None:
    with made.host() as host:
        name = made.ordered(host, paths=("**",))
        granted = host.open(name, made.released(host, name), SECRET)
    assert sorted(grant.path for grant in granted) == ["src/crypt.c", "src/pay.c"]
    with made.host() as host:
        name = made.ordered(host, paths=("docs/*",))
        with pytest.raises(UsageError, match="no file that the terms allow"):
            host.open(name, made.released(host, name), SECRET)


def test_a_drill_proves_the_shares_and_opens_nothing(made: Scene) -> None:
    with made.host() as host:
        name = made.ordered(host, use="drill", paths=())
        given = made.released(host, name, ("v1", "v3", "e1"))
        with pytest.raises(NotVerifiedError, match="for a drill"):
            host.open(name, given, SECRET)
        host.drill(name, given, SECRET)
        assert host.grants() == []
        assert [entry.counts["shares"] for _, entry in host.acts.entered("drill")] == [3]


def test_a_revoked_order_opens_nothing_any_more(made: Scene) -> None:
    with made.host() as host:
        name = made.ordered(host)
        host.open(name, made.released(host, name), SECRET)
        room = Room(host, SECRET)
        session = admitted(room)
        room.view(session, "src/pay.c", 1, 3)
        with pytest.raises(NotVerifiedError, match="no order by its digest"):
            host.revoke(revocation("../../store", made.deposit.id, party("vendor"), made.clock.at))
        with pytest.raises(UsageError, match="no order"):
            host.notice("../../../etc/passwd")
        with pytest.raises(NotVerifiedError, match="no known key"):
            host.revoke(revocation(name, made.deposit.id, party("stranger"), made.clock.at))
        host.revoke(revocation(name, made.deposit.id, party("vendor"), made.clock.at))
        with pytest.raises(NotVerifiedError, match="revoked"):
            room.view(session, "src/pay.c", 4, 3)
        assert not list((host.folder / "grants").glob("*.key"))


def test_a_grant_counts_in_its_own_room_for_its_own_reader_and_time(made: Scene) -> None:
    with made.host() as host:
        name = made.ordered(host)
        (grant,) = host.open(name, made.released(host, name), SECRET)
        room = Room(host, SECRET)
        with pytest.raises(NotVerifiedError, match="not for chen"):
            room.view(admitted(room, "chen"), "src/pay.c", 1, 3)
        host.keep("grants", written(msgspec.structs.replace(grant, until=2 * grant.until)))  # forged: never entered
        room = Room(host, SECRET)
        made.clock.at = grant.until
        with pytest.raises(NotVerifiedError) as caught:
            room.view(admitted(room), "src/pay.c", 1, 3)
        assert caught.value.exit_code == Exit.NOT_VERIFIED
        assert "expired" in caught.value.message.en or "never entered" in caught.value.message.en
    # Replayed: the folder of grants and the key of the room, carried into another room.
    made.clock.at = AT
    with made.host("elsewhere"):
        pass
    for name in ("grants", "room.key", "room.pub"):
        source = made.folder / "room" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, made.folder / "elsewhere" / name)
    with made.host("elsewhere") as host:
        room = Room(host, SECRET)
        with pytest.raises(NotVerifiedError, match="never entered it"):
            room.view(admitted(room), "src/pay.c", 1, 3)


def test_a_clock_set_back(made: Scene) -> None:
    with made.host() as host:
        name = made.ordered(host)
        host.open(name, made.released(host, name), SECRET)
        room = Room(host, SECRET)
        session = admitted(room)
        made.clock.at -= 60
        with pytest.raises(NotVerifiedError, match="set back"):
            room.view(session, "src/pay.c", 1, 3)
        made.clock.at += 60


def test_a_review_needs_an_order_in_force(made: Scene) -> None:
    def ask() -> str:
        return SECRET

    with made.host() as host:
        made.ordered(host)
    with pytest.raises(UsageError, match="no order for review"):
        opened(made.folder / "room", made.deposit, party("reviewer"), made.clock, ask)
    with made.host() as host:
        name = made.ordered(host, use="review", paths=())
        assert host.open(name, made.released(host, name), SECRET) == ()
    now = opened(made.folder / "room", made.deposit, party("reviewer"), made.clock, ask)
    assert now.root == made.root
    now.journal.enter("review", {"statement": "sha256:" + "0" * 64}, {})
    with made.host() as host:
        host.revoke(revocation(name, made.deposit.id, party("vendor"), made.clock.at))
    with pytest.raises(UsageError, match="ended while the review ran"):
        now.journal.enter("review", {"statement": "sha256:" + "0" * 64}, {})
    with pytest.raises(UsageError, match="no order for review"):
        opened(made.folder / "room", made.deposit, party("reviewer"), made.clock, ask)


def test_a_deposit_that_its_vendor_did_not_sign(made: Scene) -> None:
    with pytest.raises(NotVerifiedError):
        Deposit.open(made.deposit.storage, made.deposit.id, [key("reviewer")])
    assert checked_terms(made.deposit).digest == made.terms.digest
