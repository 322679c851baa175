"""The auditor, against hosts that signed what the terms do not allow, and against changed files."""

import base64
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from assay.core.errors import Exit, InputError, NotVerifiedError
from assay.deposit import room as room_module
from assay.deposit.audit import audit
from assay.deposit.certificate import certificate, close, countersign, gave_up
from assay.deposit.disclosures import Excerpt, Hit, Search, View
from assay.deposit.documents import sha256, written
from assay.deposit.grants import Grant, revocation
from assay.deposit.opening import Host
from assay.deposit.room import Room
from tests.deposit.parties import SECRET, SOURCE, Scene, examiner_key, key, party, scene
from tests.deposit.test_story import HOST, VENDOR, admitted, ended, read_and_quoted


@pytest.fixture
def made(tmp_path: Path) -> Scene:
    return scene(tmp_path)


def granted(made: Scene, host: Host) -> Grant:
    name = made.ordered(host)
    (grant,) = host.open(name, made.released(host, name), SECRET)
    return grant


def a_view(host: Host, grant: Grant, **changes: int) -> tuple[View, dict[str, int]]:
    """A view of the first line, as the room would have entered it."""
    view = View(
        deposit=grant.deposit,
        grant=sha256(written(grant)),
        path=grant.path,
        sha256=grant.sha256,
        examiner=grant.examiner,
        **({"first": 1, "last": 1, "start": 0, "stop": 30} | changes),
        salt="0" * 64,
    )
    size = view.stop - view.start
    return view, {"lines": view.last - view.first + 1, "cost": 1, "bytes": size, "shown": size, "of": grant.of}


def enter_view(host: Host, view: View, counts: dict[str, int]) -> None:
    body = written(view)
    host.keep("views", body)
    host.acts.enter("view", {"view": f"sha256:{sha256(body)}"}, counts, examiner_key().id.hex())


def no_order(made: Scene, host: Host) -> None:
    host.acts.enter("opening", {"order": "sha256:" + "0" * 64, "releases": "sha256:" + "0" * 64}, {"shares": 4})


def unseen_order(made: Scene, host: Host) -> None:
    from assay.deposit.orders import sign

    order = host.draft(
        1,
        condition="examination",
        use="reading",
        examiner=examiner_key().label,
        paths=("src/pay.c",),
        days=1,
        passphrase=SECRET,
    )
    name = host.enter(sign(sign(order, party("vendor")), party("reviewer")))
    host.acts.enter("opening", {"order": f"sha256:{name}", "releases": "sha256:" + "0" * 64}, {"shares": 4})


def denied_path(made: Scene, host: Host) -> None:
    grant = granted(made, host)
    forged = written(msgspec.structs.replace(grant, path="src/secret/tables.c"))
    host.keep("grants", forged)
    digests = {"grant": f"sha256:{sha256(forged)}", "order": f"sha256:{grant.order}"}
    host.acts.enter("grant", digests, {"bytes": 1, "of": 1})


def longer_grant(made: Scene, host: Host) -> None:
    grant = granted(made, host)
    forged = written(msgspec.structs.replace(grant, until=grant.until + 1))
    host.keep("grants", forged)
    digests = {"grant": f"sha256:{sha256(forged)}", "order": f"sha256:{grant.order}"}
    host.acts.enter("grant", digests, {"bytes": 1, "of": 1})


def long_page(made: Scene, host: Host) -> None:
    enter_view(host, *a_view(host, granted(made, host), last=40, stop=1000))


def wrong_total(made: Scene, host: Host) -> None:
    view, counts = a_view(host, granted(made, host))
    enter_view(host, view, counts | {"shown": 1})


def late_view(made: Scene, host: Host) -> None:
    grant = granted(made, host)
    made.clock.at = grant.until
    enter_view(host, *a_view(host, grant))


def after_revocation(made: Scene, host: Host) -> None:
    grant = granted(made, host)
    host.revoke(revocation(grant.order, made.deposit.id, party("vendor"), made.clock.at))
    enter_view(host, *a_view(host, grant))


def ungranted(made: Scene, host: Host) -> None:
    grant = granted(made, host)
    view, counts = a_view(host, grant)
    enter_view(host, msgspec.structs.replace(view, grant="0" * 64), counts)


def unread_excerpt(made: Scene, host: Host) -> None:
    grant = granted(made, host)
    excerpt = written(
        Excerpt(
            deposit=grant.deposit,
            terms=made.terms.digest,
            grant=sha256(written(grant)),
            path=grant.path,
            sha256=grant.sha256,
            examiner=grant.examiner,
            first=1,
            lines=("x",),
            start=0,
            stop=10,
            at=made.clock.at,
            salt="",
        )
    )
    host.keep("excerpts", excerpt)
    host.acts.enter("excerpt", {"excerpt": f"sha256:{sha256(excerpt)}"}, {}, examiner_key().id.hex())


def no_alarm(made: Scene, host: Host) -> None:
    grant = granted(made, host)
    for at in range(2):
        view, counts = a_view(host, grant, first=1 + 20 * at, last=20 + 20 * at, start=550 * at, stop=550 * (at + 1))
        enter_view(host, view, counts | {"cost": 20, "shown": 550 * (at + 1)})
    made.witnessed(host.acts)
    view, counts = a_view(host, grant)
    enter_view(host, view, counts | {"shown": 1100})


def alarm_of_less(made: Scene, host: Host) -> None:
    """An alarm that says the deposit is smaller would keep later ones from being due."""
    grant = granted(made, host)
    for at in range(2):
        view, counts = a_view(host, grant, first=1 + 20 * at, last=20 + 20 * at, start=550 * at, stop=550 * (at + 1))
        enter_view(host, view, counts | {"cost": 20, "shown": 550 * (at + 1)})
    host.acts.enter("alarm", {"terms": f"sha256:{made.terms.digest}"}, {"shown": 1100, "of": 1})


def a_search(host: Host, grant: Grant, **changes: object) -> None:
    """A search that found the first line, as the room would have entered it."""
    digest = sha256(written(grant))
    hit = Hit(grant=digest, path=grant.path, sha256=grant.sha256, line=1, start=0, stop=30)
    hit = msgspec.structs.replace(hit, **{name: item for name, item in changes.items() if name != "cost"})
    search = Search(
        deposit=grant.deposit,
        examiner=grant.examiner,
        pattern="int",
        regex=False,
        path="",
        line=1,
        files=1,
        hits=(hit,),
        salt="",
    )
    host.keep("searches", written(search))
    counts = {"hits": 1, "cost": changes.get("cost", 2), "shown": hit.stop - hit.start, "of": grant.of}
    named = {"search": f"sha256:{sha256(written(search))}"}
    host.acts.enter("search", named, counts, examiner_key().id.hex())  # type: ignore[arg-type]


def search_elsewhere(made: Scene, host: Host) -> None:
    a_search(host, granted(made, host), path="src/secret/tables.c")


def search_of_much(made: Scene, host: Host) -> None:
    a_search(host, granted(made, host), stop=1000)


def search_for_nothing(made: Scene, host: Host) -> None:
    a_search(host, granted(made, host), cost=0)


def search_after_revocation(made: Scene, host: Host) -> None:
    grant = granted(made, host)
    host.revoke(revocation(grant.order, made.deposit.id, party("vendor"), made.clock.at))
    a_search(host, grant)


def no_pause(made: Scene, host: Host) -> None:
    grant = granted(made, host)
    for _ in range(4):
        enter_view(host, *a_view(host, grant))


def unknown_act(made: Scene, host: Host) -> None:
    host.acts.enter("favour", {})


def tools_without_an_order(made: Scene, host: Host) -> None:
    grant = granted(made, host)
    host.acts.enter("review", {"order": f"sha256:{grant.order}"})


DISHONEST: list[tuple[Callable[[Scene, Host], None], str]] = [
    (no_order, "its order was never entered"),
    (unseen_order, "no witness had seen its order"),
    (denied_path, "not to be read"),
    (longer_grant, "its grant is not the order's"),
    (long_page, "more lines than a page has"),
    (wrong_total, "its total is not what was shown"),
    (late_view, "its grant had expired"),
    (after_revocation, "its grant was revoked"),
    (ungranted, "its grant was never entered"),
    (unread_excerpt, "not shown"),
    (no_alarm, "an alarm was due"),
    (alarm_of_less, "its total is not what was shown|says another total"),
    (search_elsewhere, "not the granted file"),
    (search_of_much, "not the granted file"),
    (search_for_nothing, "more lines than a page has"),
    (search_after_revocation, "its grant was revoked"),
    (no_pause, "too many views without a witness"),
    (unknown_act, "no act 'deposit.favour' is known"),
    (tools_without_an_order, "no order for review was open"),
]


@pytest.mark.parametrize(("deed", "why"), DISHONEST, ids=[deed.__name__ for deed, _ in DISHONEST])
def test_a_host_that_signs_what_it_may_not_do_is_found(
    made: Scene, deed: Callable[[Scene, Host], None], why: str
) -> None:
    with made.host() as host:
        deed(made, host)
    log, path = ended(made)
    with pytest.raises(NotVerifiedError, match=why) as caught:
        audit(log, path, vendor=VENDOR, host=HOST)
    assert caught.value.message.en.startswith("entry ")
    assert caught.value.message.zh.startswith("第 ")
    assert caught.value.exit_code == Exit.NOT_VERIFIED


def under_another_name(made: Scene, host: Host) -> None:
    """What the terms deny, granted under the name of a file that they allow."""
    grant, content = granted(made, host), SOURCE["src/secret/tables.c"].encode()
    own = msgspec.structs.replace(grant, sha256=sha256(content), size=len(content))
    regranted(host, own)
    view, counts = a_view(host, own, stop=len(content))
    enter_view(host, view, counts | {"bytes": len(content), "shown": len(content)})


def of_more(made: Scene, host: Host) -> None:
    """Shares of a deposit that is larger than it is."""
    grant = granted(made, host)
    regranted(host, msgspec.structs.replace(grant, of=grant.of * 9))


def regranted(host: Host, grant: Grant) -> None:
    body = written(grant)
    host.keep("grants", body)
    digests = {"grant": f"sha256:{sha256(body)}", "order": f"sha256:{grant.order}"}
    host.acts.enter("grant", digests, {"bytes": grant.size, "of": grant.of})


@pytest.mark.parametrize(
    ("deed", "why"), [(under_another_name, "not the file of that name"), (of_more, "another size")]
)
def test_who_has_the_manifest_finds_what_the_log_cannot_show(
    made: Scene, deed: Callable[[Scene, Host], None], why: str
) -> None:
    version = made.deposit.version(1)
    manifest = made.deposit.unlock(made.root).manifest(version).write()
    with made.host() as host:
        deed(made, host)
    log, path = ended(made)
    with pytest.raises(NotVerifiedError, match=why):
        audit(log, path, vendor=VENDOR, host=HOST, manifests=[manifest])
    with pytest.raises(NotVerifiedError, match="of no version"):
        audit(log, path, vendor=VENDOR, host=HOST, manifests=[manifest + b"\n"])


def test_an_honest_host_agrees_with_the_manifest(made: Scene) -> None:
    manifest = made.deposit.unlock(made.root).manifest(made.deposit.version(1)).write()
    read_and_quoted(made)
    log, path = ended(made)
    assert audit(log, path, vendor=VENDOR, host=HOST, manifests=[manifest]).replay.counts["view"] == 1


def test_a_room_without_its_limits_is_found(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same room with the limits taken out of the program, as a dishonest host would."""
    monkeypatch.setattr(Room, "_within_limits", lambda *_: None)
    monkeypatch.setattr(room_module, "must_be_witnessed", lambda *_: None)
    with made.host() as host:
        name = made.ordered(host, paths=("src/*",))
        host.open(name, made.released(host, name), SECRET)
        room = Room(host, SECRET)
        session = admitted(room)
        for path in ("src/pay.c", "src/crypt.c"):
            room.view(session, path, 1, 20)
            room.view(session, path, 21, 20)
            made.witnessed(host.acts)
    log, path_ = ended(made)
    with pytest.raises(NotVerifiedError, match="faster than the terms allow"):
        audit(log, path_, vendor=VENDOR, host=HOST)
    assert room_module.HOUR == 3600


def test_a_changed_certificate_or_log(made: Scene, tmp_path: Path) -> None:
    read_and_quoted(made)
    log, path = ended(made)
    whole = json.loads(path.read_bytes())

    def changed(**predicate: object) -> Path:
        statement = json.loads(base64.b64decode(whole["payload"]))
        statement["predicate"] |= predicate
        return resigned(json.dumps(statement).encode())

    def resigned(content: bytes) -> Path:
        from assay.ledger.envelope import seal

        envelope = seal("application/vnd.in-toto+json", content, "bank.example", party("reviewer").signers)
        target = tmp_path / "changed.json"
        target.write_bytes(countersign(envelope, made.terms, party("vendor")))
        return target

    assert audit(log, changed(), vendor=VENDOR, host=HOST).record.erased
    for predicate, why in (
        ({"entries": 3}, "does not end as the certificate says"),
        ({"bodies": {}}, "lacks the body"),
        ({"erased": False}, "other destroyed shares"),
        ({"terms": base64.b64encode(b"terms: 1\n").decode()}, "not those that the vendor signed"),
        ({"versions": []}, "other versions"),
        ({"deposit": "f" * 16}, "does not verify"),
        ({"root": "?"}, "not base64"),
        ({"extra": 1}, "does not verify"),
    ):
        with pytest.raises(NotVerifiedError, match=why):
            audit(log, changed(**predicate), vendor=VENDOR, host=HOST)
    with pytest.raises(NotVerifiedError, match="no known key signed it"):
        audit(log, path, vendor=[key("agent")], host=[key("agent")])
    with pytest.raises(NotVerifiedError, match="the vendor has not signed"):
        audit(log, _unsigned(made, path), vendor=VENDOR, host=HOST)
    with pytest.raises(InputError):
        audit(log, tmp_path / "nowhere", vendor=VENDOR, host=HOST)
    base = sqlite3.connect(log)
    base.execute(
        "UPDATE entries SET body = replace(CAST(body AS TEXT), 'deposit.view', 'deposit.look') WHERE position = 3"
    )
    base.commit()
    base.close()
    with pytest.raises(NotVerifiedError):
        audit(log, path, vendor=VENDOR, host=HOST)


def _unsigned(made: Scene, path: Path) -> Path:
    """The certificate as the host alone signed it."""
    envelope = json.loads(path.read_bytes())
    envelope["signatures"] = [one for one in envelope["signatures"] if one["keyid"].startswith("bank.example")]
    target = made.folder / "unsigned.json"
    target.write_text(json.dumps(envelope))
    assert audit(made.folder / "room/ledger.sqlite", target, vendor=VENDOR, host=HOST, countersigned=False)
    return target


def test_no_certificate_before_the_end_was_witnessed(made: Scene) -> None:
    with made.host() as host:
        with pytest.raises(NotVerifiedError, match="not closed"):
            certificate(host, party("reviewer"))
        close(host, [])
        with pytest.raises(NotVerifiedError, match="no witness has cosigned its end"):
            certificate(host, party("reviewer"))
        made.witnessed(host.acts)
        signed = certificate(host, party("reviewer"))
    (made.folder / "c").write_bytes(countersign(signed, made.terms, party("vendor")))
    found = audit(made.folder / "room/ledger.sqlite", made.folder / "c", vendor=VENDOR, host=HOST)
    assert not found.record.erased
    assert "can still open it" in found.lines()[-1].en


def test_who_gave_up_shares_is_said_by_their_own_party(made: Scene) -> None:
    with made.host() as host:
        label = made.custodians["v1"].key.label
        for group, holder, signer in (
            ("vendor", label, "reviewer"),
            ("bank", label, "reviewer"),
            ("gone", label, "vendor"),
        ):
            with pytest.raises(NotVerifiedError):
                close(host, [gave_up(host.custody, group, [holder], party(signer), made.clock.at)])
        assert not list(host.acts.entered("destroy"))
