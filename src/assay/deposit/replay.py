"""The log of a room replayed: each act must be one that the terms allowed at its moment, after what had to come before.

An order stands before its opening, and a witness has cosigned it in between; a grant stands under an opened order, a
view under a grant in force; the limits, the alarms and the pauses for a witness are counted again from the views
themselves. Only with the manifests can it be seen whether a grant is of the file that it names, and of how much.
Anything that this does not know, or cannot find the body of, is refused: what nobody can check counts as wrong.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from assay.core.errors import NotVerifiedError
from assay.core.text import Text
from assay.deposit.acts import PREFIX
from assay.deposit.allowance import SEEN_LATER, Allowance, Piece, pieces
from assay.deposit.certificate import GaveUp, erased, open_gave_up
from assay.deposit.disclosures import DIGITS, Draw, Excerpt, Facts, Hit, Search, View
from assay.deposit.documents import read, sha256
from assay.deposit.grants import Grant, open_revocation
from assay.deposit.manifest import Manifest
from assay.deposit.orders import Order, Target, open_order, shown
from assay.deposit.room import HOUR, LONG
from assay.deposit.shares import Custody
from assay.deposit.terms import Terms, glob
from assay.ledger.entries import Entry

ACTS = (
    "order",
    "opening",
    "drill",
    "grant",
    "view",
    "search",
    "excerpt",
    "facts",
    "draw",
    "alarm",
    "revoke",
    "review",
    "destroy",
    "return",
    "close",
)


class Replay:
    """`run` raises NotVerifiedError at the first entry that could not have been; afterwards the counts hold."""

    def __init__(
        self,
        terms: Terms,
        custody: Custody,
        targets: Mapping[int, Target],
        bodies: Mapping[str, bytes],
        manifests: Mapping[int, Manifest],
    ) -> None:
        self.terms, self.custody = terms, custody
        self.counts: Counter[str] = Counter()
        self.allowance = Allowance(terms)
        self.of = self.destroyed = 0
        self.erased = False
        self._targets, self._bodies, self._manifests = targets, bodies, manifests
        self._allowed = {
            number: sum(row.size for row in listed.rows if not row.link and terms.allows(row.path))
            for number, listed in manifests.items()
        }
        self._orders: dict[str, tuple[int, Order]] = {}
        self._opened: set[str] = set()
        self._grants: dict[str, Grant] = {}
        self._revoked: set[str] = set()
        self._paced: list[tuple[int, str, int]] = []
        self._viewed: list[int] = []
        self._alarmed: list[int] = []
        self._closed = self._due = False
        self._seen: Sequence[int] = ()
        self._at = self._position = self._of = self._level = 0

    def run(self, entries: Iterable[tuple[int, Entry]], origin: str, seen: Sequence[int]) -> None:
        """`seen` are the sizes at which a witness of the terms cosigned the log `origin`."""
        self._seen = sorted(seen)
        self._origin = origin
        for position, entry in entries:
            act = entry.act.removeprefix(PREFIX)
            try:
                self._check(
                    act in ACTS and entry.act.startswith(PREFIX),
                    f"no act {entry.act!r} is known",
                    f"未知的行为 {entry.act!r}",
                )
                self._check(not self._closed, "the room was closed before it", "阅览室在此之前已关闭")
                self._check(entry.at >= self._at, "its moment lies before the one before", "其时刻早于前一条")
                self._check(act == "alarm" or not self._due, "an alarm was due before it", "在此之前应有警报")
                self._at, self._position = entry.at, position
                getattr(self, f"_{act}")(entry)
            except (NotVerifiedError, KeyError) as error:
                why = (
                    error.message if isinstance(error, NotVerifiedError) else Text(f"it lacks {error}", f"缺少 {error}")
                )
                raise NotVerifiedError(
                    Text(f"entry {position} ({entry.act}): {why.en}", f"第 {position} 条（{entry.act}）：{why.zh}"),
                    Text("the host did what the terms did not allow, or hides it", "主机方越出条款，或有所隐瞒"),
                ) from error
            self.counts[act] += 1
            if act in SEEN_LATER:
                self._viewed.append(position)
        self._check(self._closed, "the room was never closed", "阅览室从未关闭")

    def _order(self, entry: Entry) -> None:
        name = entry.digests["order"].removeprefix("sha256:")
        envelope = self._body(name, hashed=False)
        target = self._targets.get(shown(envelope, self.terms).version)
        if target is None:
            raise _refused("its order is for a version that does not exist", "其命令针对不存在的版本")
        order, body = open_order(envelope, target, entry.at)
        self._check(sha256(body) == name, "its order is another", "其命令不符")
        self._check(order.log == self._origin, "its order was drafted for another log", "其命令是为另一日志起草的")
        self._orders[name] = (self._position, order)

    def _opening(self, entry: Entry) -> None:
        name, order = self._in_force(entry)
        self._check(order.use != "drill", "an order for a drill was opened", "演练命令被用于开启")
        self._opened.add(name)

    def _drill(self, entry: Entry) -> None:
        _, order = self._in_force(entry)
        self._check(order.use == "drill", f"the order is for {order.use}", f"该命令用于 {order.use}")

    def _review(self, entry: Entry) -> None:
        name, order = self._in_force(entry)
        self._check(
            order.use == "review" and name in self._opened, "no order for review was open", "没有已开启的审查命令"
        )

    def _grant(self, entry: Entry) -> None:
        name, order = self._in_force(entry)
        self._check(
            name in self._opened and order.use == "reading", "no order for reading was open", "没有已开启的阅览命令"
        )
        digest = entry.digests["grant"].removeprefix("sha256:")
        grant = read(Grant, self._body(digest), "its grant")
        own = (grant.deposit, grant.order, grant.version, grant.examiner, grant.until)
        self._check(
            own == (order.deposit, name, order.version, order.examiner, order.until),
            "its grant is not the order's",
            "其授权与命令不符",
        )
        named = any(glob(path).fullmatch(grant.path) for path in order.paths)
        self._check(
            named and self.terms.allows(grant.path), f"{grant.path} was not to be read", f"{grant.path} 不得阅览"
        )
        self._signed(grant.version, [(grant.path, grant.sha256, grant.size)], grant.of)
        self._grants[digest] = grant
        self.of = max(self.of, grant.of)

    def _view(self, entry: Entry) -> None:
        view = read(View, self._body(entry.digests["view"]), "its view")
        grant = self._live(view.grant, entry)
        limits, counts = self.terms.form.reading, entry.counts
        self._check(
            (view.path, view.sha256, view.examiner) == (grant.path, grant.sha256, grant.examiner),
            "not the granted file",
            "不是所授权的文件",
        )
        self._check(view.examiner.endswith("+" + entry.by), "another reader than the grant's", "阅览人与授权不符")
        lines, size, piece = view.last - view.first + 1, view.stop - view.start, _piece(view, grant)
        self._check(
            counts["lines"] == lines <= counts["cost"] <= limits.page_lines,
            "more lines than a page has",
            "行数超过一页",
        )
        self._check(
            counts["bytes"] == size and 0 <= view.start <= view.stop <= grant.size,
            "other bytes than its view says",
            "字节范围与查看记录不符",
        )
        self._pace(entry)
        self._pauses()
        self._take([piece], grant.of)
        piece.add_to(self.allowance.saw(view.examiner))
        self._totals(entry, grant.of)

    def _search(self, entry: Entry) -> None:
        search, cost = read(Search, self._body(entry.digests["search"]), "its search"), entry.counts["cost"]
        found = [(hit, self._live(hit.grant, entry)) for hit in search.hits]
        self._check(
            search.examiner.endswith("+" + entry.by) and all(grant.examiner == search.examiner for _, grant in found),
            "another reader than the grant's",
            "阅览人与授权不符",
        )
        good = all(_of(hit, grant) and hit.stop - hit.start < LONG for hit, grant in found)
        self._check(good, "not the granted file", "不是所授权的文件")
        self._check(
            entry.counts["hits"] == len(found) == cost - 1 <= self.terms.form.reading.page_lines,
            "more lines than a page has",
            "行数超过一页",
        )
        self._pace(entry)
        self._pauses()
        if found:
            of, taken = max(grant.of for _, grant in found), [_piece(hit, grant) for hit, grant in found]
            self._take(taken, of)
            for piece in taken:
                piece.add_to(self.allowance.saw(search.examiner))
            self._totals(entry, of)

    def _facts(self, entry: Entry) -> None:
        name, order = self._in_force(entry)
        facts = read(Facts, self._body(entry.digests["facts"]), "its facts")
        self._check(
            (order.use, facts.deposit, facts.order, facts.version) == ("review", order.deposit, name, order.version)
            and name in self._opened,
            "no order for review was open",
            "没有已开启的审查命令",
        )
        for file in facts.files:
            good = self.terms.allows(file.path) and all(len(words) == DIGITS and size > 0 for words, size in file.words)
            self._check(good, f"{file.path} was not to be read", f"{file.path} 不得阅览")
        self._signed(facts.version, [(file.path, file.sha256, file.size) for file in facts.files], facts.of)
        self._pauses()
        self._take(pieces(facts), facts.of, leaving=True)
        self._totals(entry, facts.of)

    def _draw(self, entry: Entry) -> None:
        draw = read(Draw, self._body(entry.digests["draw"]), "its draw")
        self._check(draw.version in self._targets, "it is of no version", "其版本不存在")
        self._signed(draw.version, [(file.path, file.sha256, file.size) for file in draw.files])
        self.allowance.count(draw)

    def _signed(self, version: int, files: Iterable[tuple[str, str, int]], of: int = -1) -> None:
        """Path, SHA-256 and size of files, and the bytes that the terms allow in all, where the manifest is at hand."""
        manifest = self._manifests.get(version)
        if manifest is None:
            return
        for path, digest, size in files:
            row = manifest.rows[manifest.places[path]] if path in manifest.places else None
            same = row is not None and (row.sha256, row.size) == (digest, size)
            self._check(same, f"it is not the file of that name, {path}", f"并非名为 {path} 的文件")
        good = of in (-1, self._allowed[version])
        self._check(good, f"the deposit has another size than {of}", f"保管件的大小不是 {of}")

    def _take(self, taken: Iterable[Piece], of: int, *, leaving: bool = False) -> None:
        for piece in taken:
            refusal = self.allowance.refusal(piece, of, leaving=leaving)
            if refusal is not None:
                raise _refused(refusal.message.en, refusal.message.zh)
            self.allowance.take(piece, leaving=leaving)

    def _totals(self, entry: Entry, of: int) -> None:
        """What an entry says of the whole, and whether an alarm must follow it."""
        said = (entry.counts["shown"], entry.counts["of"])
        self._check(
            said == (self.allowance.shown.shown, of), "its total is not what was shown", "其合计与已显示内容不符"
        )
        self.of, self._of = max(self.of, of), of
        self._due = self.allowance.level(self.allowance.shown.shown, of) > self._level

    def _pace(self, entry: Entry) -> None:
        lately = sum(cost for at, by, cost in self._paced if by == entry.by and at > entry.at - HOUR)
        within = lately + entry.counts["cost"] <= self.terms.form.reading.lines_per_hour
        self._check(within, "faster than the terms allow", "快于条款允许")
        self._paced.append((entry.at, entry.by, entry.counts["cost"]))

    def _pauses(self) -> None:
        """Before source is given out, a witness is not too far behind, and has seen every alarm."""
        seen = max((size for size in self._seen if size <= self._position), default=0)
        self._check(
            sum(view >= seen for view in self._viewed) < self.terms.form.reading.unseen_views,
            "too many views without a witness",
            "未经见证的查看过多",
        )
        self._check(all(alarm < seen for alarm in self._alarmed), "an alarm that no witness had seen", "有警报未经见证")

    def _alarm(self, entry: Entry) -> None:
        self._check(
            (entry.counts["shown"], entry.counts["of"]) == (self.allowance.shown.shown, self._of),
            "it says another total than was shown",
            "其合计与已显示内容不符",
        )
        self._alarmed.append(self._position)
        self._level = max(self._level, self.allowance.level(self.allowance.shown.shown, self._of))
        self._due = False

    def _excerpt(self, entry: Entry) -> None:
        excerpt = read(Excerpt, self._body(entry.digests["excerpt"]), "its excerpt")
        grant = self._live(excerpt.grant, entry)
        limits = self.terms.form.excerpts
        self._check(
            self.allowance.saw(excerpt.examiner).holds(grant.sha256, excerpt.start, excerpt.stop),
            "it quotes what its reader was not shown",
            "摘录了未向其显示的内容",
        )
        own_file = (excerpt.path, excerpt.sha256, excerpt.examiner) == (grant.path, grant.sha256, grant.examiner)
        self._check(own_file, "not the granted file", "不是所授权的文件")
        self._check(len(excerpt.lines) <= limits.lines, "longer than the terms allow", "长于条款允许")
        self._take([_piece(excerpt, grant)], grant.of, leaving=True)
        self._of = grant.of

    def _revoke(self, entry: Entry) -> None:
        revoked, _ = open_revocation(self._body(entry.digests["revocation"]), self.custody.deposit, self.terms)
        self._revoked.add(revoked.grant or revoked.order)

    def _destroy(self, entry: Entry) -> None:
        gone: list[GaveUp] = [
            open_gave_up(self._body(item), self.custody, self.terms) for item in entry.digests.values()
        ]
        self.destroyed = sum(len(said.holders) for said in gone)
        self.erased = erased(self.custody, gone)

    def _return(self, entry: Entry) -> None:
        known = {f"sha256:{target.statement}" for target in self._targets.values()}
        self._check(
            set(entry.digests.values()) == known,
            "it returns other versions than were sealed",
            "所返还的版本与封存的不符",
        )

    def _close(self, _: Entry) -> None:
        self._check(
            self.counts["destroy"] > 0 and self.counts["return"] > 0,
            "nothing was returned and destroyed",
            "未作返还与销毁",
        )
        self._closed = True

    def _in_force(self, entry: Entry) -> tuple[str, Order]:
        """The order of an act, in force at its moment, and seen by a witness between its entry and this one."""
        name = entry.digests["order"].removeprefix("sha256:")
        self._check(name in self._orders, "its order was never entered", "其命令从未登记")
        at, order = self._orders[name]
        self._check(entry.at < order.until, "its order had expired", "其命令已到期")
        self._check(name not in self._revoked, "its order was revoked", "其命令已被撤销")
        self._check(
            any(at < size <= self._position for size in self._seen), "no witness had seen its order", "其命令未经见证"
        )
        return name, order

    def _live(self, digest: str, entry: Entry) -> Grant:
        self._check(digest in self._grants, "its grant was never entered", "其授权从未登记")
        grant = self._grants[digest]
        self._check(entry.at < grant.until, "its grant had expired", "其授权已到期")
        self._check(not {digest, grant.order} & self._revoked, "its grant was revoked", "其授权已被撤销")
        return grant

    def _body(self, digest: str, *, hashed: bool = True) -> bytes:
        digest = digest.removeprefix("sha256:")
        body = self._bodies.get(digest)
        if body is None or (hashed and sha256(body) != digest):
            raise _refused(f"the certificate lacks the body {digest[:16]}", f"证书中缺少正文 {digest[:16]}")
        return body

    def _check(self, good: object, en: str, zh: str) -> None:
        if not good:
            raise _refused(en, zh)


def _piece(shown: View | Hit | Excerpt, grant: Grant) -> Piece:
    return Piece(grant.path, grant.sha256, grant.size, shown.start, shown.stop)


def _of(hit: Hit, grant: Grant) -> bool:
    own = (hit.path, hit.sha256) == (grant.path, grant.sha256)
    return own and hit.line > 0 and 0 <= hit.start <= hit.stop <= grant.size


def _refused(en: str, zh: str) -> NotVerifiedError:
    return NotVerifiedError(Text(en, zh))
