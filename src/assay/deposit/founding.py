"""A new deposit: its terms checked, its root key dealt out, its header signed; then the root key is let go of.

1. Who seals is the vendor whom the terms name, with a key that they name. 2. The root key is made and split; every
share is on disk, sealed to its holder. 3. Terms, custody and header are in the store. 4. The naming key is kept for
further versions. Who is stopped before 4 founds another deposit; nothing was sealed into this one.
"""

from pathlib import Path

from assay.core.errors import UsageError
from assay.core.text import Text
from assay.deposit import keys, sealing
from assay.deposit.keys import NamingKey
from assay.deposit.manifest import Header
from assay.deposit.shares import Dealt, Recipients, deal
from assay.deposit.storage import Storage
from assay.deposit.suites import Suite
from assay.deposit.wrapping import undumped
from assay.ledger.party import Party


def found(
    storage: Storage, recipients: Recipients, suite: Suite, party: Party, *, shares: Path | None, kept: Path, at: int
) -> tuple[Header, NamingKey, Dealt]:
    """`shares` is the folder for them, `./ID-shares` when None; `kept` the vendor's own. `at` is in POSIX seconds.

    Raises UsageError for another vendor, InputError when something cannot be written.
    """
    terms = recipients.terms
    vendor = terms.form.parties.vendor
    if party.name != vendor.name or not set(party.keys) & set(terms.keys("vendor")):  # 1
        raise UsageError(
            Text(
                f"the terms name {vendor.name} as vendor, with other keys than yours ({party.words.en})",
                f"条款所列供应方为 {vendor.name}，其公钥与您的不同（{party.words.zh}）",
            ),
            Text(
                "`assay ledger keys` prints yours; write it into the terms",
                "可用 `assay ledger keys` 输出公钥并写入条款",
            ),
        )
    undumped()
    deposit, root = sealing.new_id(), keys.new_key()
    dealt = deal(root, recipients, shares or Path(f"{deposit}-shares"), deposit)  # 2
    header, naming = sealing.create(  # 3
        storage, deposit, suite, root, party, terms=terms.canonical, custody=dealt.custody, at=at
    )
    keys.keep(kept, naming)  # 4
    return header, naming, dealt
