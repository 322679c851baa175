"""Three parties, their custodians, an examiner and a deposit, for the tests. Parties' keys are made of fixed bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assay.deposit import sealing
from assay.deposit.acts import Acts
from assay.deposit.deposits import Deposit
from assay.deposit.keys import new_key
from assay.deposit.opening import Host
from assay.deposit.orders import Target, Use, release, sign
from assay.deposit.shares import Dealt, deal, read_custody, read_recipients
from assay.deposit.storage import open_storage
from assay.deposit.suites import SUITES
from assay.deposit.terms import Terms, parse_terms
from assay.deposit.watching import Watched, watch
from assay.deposit.wrapping import Kind, SealingPair
from assay.ledger.party import Party
from assay.ledger.signing import COSIGNATURE, NamedKey, named
from assay.ledger.witness import Seen
from tests.ledger.made import signer

AT = 1_790_000_000
DAY = 86_400
SECRET = "correct horse"
ID = "0123456789abcdef"
NAMES = {"vendor": "vendor.example", "reviewer": "bank.example", "agent": "escrow.example"}
SOURCE = {
    "src/pay.c": "".join(f"int pay_{number}(void) {{ return {number}; }}\n" for number in range(40)),
    "src/crypt.c": "#include <openssl/evp.h>\n" + "int seal(void) { return 1; }\n" * 30,
    "src/secret/tables.c": 'const char *table = "x";\n',
    "docs/build.txt": "make\n",
}


def key(role: str) -> NamedKey:
    return named(signer(role), NAMES[role])


def party(role: str) -> Party:
    return Party(NAMES.get(role, role), (signer(role),))


def witness_key(role: str = "vendor") -> NamedKey:
    return NamedKey(f"{NAMES[role]}/witness", COSIGNATURE, signer(f"{role}-witness").public)


def examiner_key(name: str = "lin") -> NamedKey:
    return named(signer(name), name)


TERMS = f"""\
terms: 1
title: A payment switch
host: reviewer
until: 2027-12-31
parties:
  vendor: {{name: vendor.example, keys: ["{key("vendor")}"]}}
  reviewer: {{name: bank.example, keys: ["{key("reviewer")}"]}}
  agent: {{name: escrow.example, keys: ["{key("agent")}"]}}
opening:
  groups_needed: 2
  groups:
    - {{name: vendor, party: vendor, needs: 2, of: 3}}
    - {{name: bank, party: reviewer, needs: 2, of: 3}}
    - {{name: escrow, party: agent, needs: 1, of: 1}}
  witnesses: ["{witness_key()}"]
conditions:
  - id: examination
    what: {{en: An examiner asks for a file., zh: 检查人请求查阅文件。}}
    signed_by: [vendor, reviewer]
    days: 30
  - id: insolvency
    what: {{en: The vendor is insolvent., zh: 供应方破产。}}
    signed_by: [reviewer, agent]
    days: 90
reading:
  examiners:
    - {{name: lin, key: "{examiner_key()}"}}
    - {{name: chen, key: "{examiner_key("chen")}"}}
  paths: {{allow: ["src/**"], deny: ["src/secret/**"]}}
  page_lines: 20
  lines_per_hour: 60
  file_percent: 100
  total_percent: 90
  alarm_percent: 40
  unseen_views: 3
excerpts: {{lines: 4, file_percent: 20, total_percent: 15}}
tools: ["cipher"]
"""


@dataclass
class Clock:
    """A clock that a test moves."""

    at: int = AT

    def __call__(self) -> float:
        return self.at


@dataclass
class Scene:
    """A sealed deposit, its custodians' keys and shares, and the folders of the parties."""

    folder: Path
    terms: Terms
    deposit: Deposit
    root: bytes
    dealt: Dealt
    custodians: dict[str, SealingPair]
    clock: Clock = field(default_factory=Clock)

    def host(self, name: str = "room") -> Host:
        return Host(self.folder / name, self.deposit, party("reviewer"), self.clock)

    @property
    def target(self) -> Target:
        from assay.deposit.opening import target

        return target(self.deposit, self.terms, 1)

    def witnessed(self, acts: Acts) -> int:
        """The vendor sees the log of a room and cosigns it."""
        acts.head()  # signed, as a host that sends a copy of its log has done
        return acts.cosigned(self.watched(acts.path).answer, self.terms.witnesses)

    def watched(self, log: Path, orders: list[bytes] | None = None) -> Watched:
        """What the vendor reads and answers, when the host sends this log with these orders, else with all."""
        found = [path.read_bytes() for path in sorted((log.parent / "orders").glob("*.json"))]
        return watch(
            log,
            found if orders is None else orders,
            self.terms,
            ID,
            host=[key("reviewer")],
            name=witness_key().name,
            signer=signer("vendor-witness"),
            seen=Seen(self.folder / "vendor-seen"),
            now=self.clock.at,
        )

    def ordered(
        self, host: Host, use: Use = "reading", paths: tuple[str, ...] = ("src/pay.c",), examiner: str = "lin"
    ) -> str:
        """An order that everybody signed, entered and seen; returns its digest."""
        label = examiner_key(examiner).label if use == "reading" else ""
        named = paths if use == "reading" else ()
        order = host.draft(1, condition="examination", use=use, examiner=label, paths=named, days=10, passphrase=SECRET)
        name = host.enter(sign(sign(order, party("reviewer")), party("vendor")))
        self.witnessed(host.acts)
        return name

    def released(self, host: Host, name: str, holders: tuple[str, ...] = ("v1", "v2", "b1", "b2")) -> list[bytes]:
        """The shares of these custodians, for an order."""
        notice, envelope = host.notice(name), (host.folder / "orders" / f"{name}.json").read_bytes()
        custody = read_custody(self.dealt.custody, self.deposit.id, self.terms)
        return [
            release(self.share(holder), self.custodians[holder], envelope, notice, self.target, custody, self.clock.at)
            for holder in holders
        ]

    def share(self, holder: str) -> bytes:
        return self.dealt.paths[list(self.custodians).index(holder)].read_bytes()


def scene(
    folder: Path,
    *,
    suite: str = "aes",
    terms: str = TERMS,
    kind: Kind = "x25519",
    source: Mapping[str, str] = SOURCE,
) -> Scene:
    """A deposit of `source`, sealed by the vendor, its root dealt to seven custodians and forgotten."""
    read = parse_terms(terms.encode(), "terms.yaml")
    groups = [("vendor", "v", 3), ("bank", "b", 3), ("escrow", "e", 1)]
    custodians = {
        f"{short}{number}": SealingPair.generate(f"{short}{number}", kind)
        for _, short, count in groups
        for number in range(1, count + 1)
    }
    lines = [
        f'- {{name: {short}{number}, group: {group}, key: "{custodians[f"{short}{number}"].key}"}}\n'
        for group, short, count in groups
        for number in range(1, count + 1)
    ]
    recipients = folder / "recipients.yaml"
    recipients.write_text("".join(lines))
    tree = folder / "source"
    for path, text in source.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
    root, storage = new_key(), open_storage(str(folder / "store"))
    dealt = deal(root, read_recipients(recipients, read), folder / "shares", ID)
    header, naming = sealing.create(
        storage, ID, SUITES[suite], root, party("vendor"), terms=read.canonical, custody=dealt.custody, at=AT - DAY
    )
    sealing.seal(storage, header, naming, tree, label="4.2", at=AT - DAY, party=party("vendor"))
    deposit = Deposit.open(storage, ID, [key("vendor")])
    return Scene(folder, read, deposit, root, dealt, custodians)
