"""The cryptography of a product as a CycloneDX 1.7 CBOM: what was seen, whatever any rule says of it.

    algorithm                a component per algorithm with mode, padding, key size and curve
    protocol                 a component per protocol and version
    certificate, material    a component per certificate, key, keystore
    unresolved algorithm     a component named after the place of the expression; nothing about it is guessed

Each component lists where it was seen (`evidence.occurrences`, at most `OCCURRENCES`; a property counts the rest) and
the product depends on all of them. `algorithmFamily` and `ellipticCurve` hold names of the registry only; a family of
ours is a property. Security levels are written only where their definition decides them. The list is stated to be
incomplete when anything was not examined. `serialNumber` follows from the delivery's digest and the day, and the day of
judging is the timestamp, so that the same review gives the same bytes.

A protocol lists the suites that a setting of the same place names one by one. A list that also takes suites out, or
names groups of them, is not worked out here; its algorithms are components all the same.

What is not here: private keys and secrets, which assay never holds; judgements, which are in the other formats.
Sources: CycloneDX 1.7 and its `cryptography-defs`; FIPS 203-205, NIST's call for proposals of 2016 (section 4.A.5) for
the security levels.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from uuid import UUID, uuid5

from msgspec import Struct, field

from assay.core.facts import Evidence, Fact, Scalar, canonical
from assay.core.text import Lang
from assay.examinations.cipher.names import FAMILIES
from assay.examinations.cipher.names.curves import curve
from assay.examinations.cipher.names.suites import one_suite
from assay.report import escape
from assay.report.document import Document
from assay.report.grounds import excerpt
from assay.report.record import Record

OCCURRENCES = 200  # listed per component
OCCURRENCES_IN_ALL = 100_000
COMPONENTS = 20_000  # listed per kind; a property of the product counts the facts of the rest
KINDS = ("crypto.use", "crypto.protocol", "crypto.material")
NAMESPACE = UUID("6f1f2f0e-6c43-5d0b-9a53-6f0a5f3f7a11")
SETTINGS = 1_000  # lists of suites remembered
SUITES = 200  # listed per protocol
_Json = dict[str, object]
_Place = tuple[str, str, str]  # component, path, name

_USE = ("algorithm", "family", "primitive", "mode", "padding", "key_bits", "curve")
_MODES = frozenset({"cbc", "ecb", "ccm", "gcm", "cfb", "ofb", "ctr"})
_PADDINGS = {
    "pkcs1": "pkcs1v15",
    "pkcs1v15": "pkcs1v15",
    "pkcs5": "pkcs5",
    "pkcs7": "pkcs7",
    "oaep": "oaep",
    "none": "raw",
}
_FUNCTIONS = {
    "encryption": "encrypt",
    "decryption": "decrypt",
    "signature": "sign",
    "verification": "verify",
    "key-agreement": "keyderive",
    "key-derivation": "keyderive",
    "password-hash": "keyderive",
    "key-generation": "keygen",
    "key-wrap": "other",
    "mac": "tag",
    "digest": "digest",
    "checksum": "digest",
    "random": "generate",
}
_SUITE = re.compile(r"[A-Za-z0-9]+([_-][A-Za-z0-9]+)+")
_PROTOCOLS = {"TLS": "tls", "DTLS": "dtls", "SSH": "ssh", "IPsec": "ipsec"}
_MATERIALS = {
    "public-key": "public-key",
    "private-key": "private-key",
    "secret-key": "secret-key",
    "parameters": "other",
}
# Levels that follow from their own definition; a quantum-vulnerable algorithm has none of them (0).
_LEVELS = {
    "AES-128": 1, "AES-192": 3, "AES-256": 5,
    "SHA-256": 2, "SHA3-256": 2, "SHA-384": 4, "SHA3-384": 4,
    "ML-KEM-512": 1, "ML-KEM-768": 3, "ML-KEM-1024": 5, "ML-DSA-44": 2, "ML-DSA-65": 3, "ML-DSA-87": 5,
}  # fmt: skip


def render(document: Document, lang: Lang, record: Record) -> bytes:  # noqa: ARG001  a CBOM has no sentences
    """UTF-8, two spaces of indent; the same review gives the same bytes."""
    assets, unlisted = _assets(record)
    components = [asset.component() for _, asset in sorted(assets.items())]
    product, day = document.product, f"{document.as_of.isoformat()}T00:00:00Z"
    root = "product"
    described: _Json = {"type": "application", "bom-ref": root, "name": product.name or "product"}
    if product.version:
        described["version"] = product.version
    if product.vendor:
        described["supplier"] = {"name": product.vendor}
    stated = {"delivery-digest": document.delivery.digest, "as-of": document.as_of.isoformat()}
    stated |= {"facts-unlisted": str(unlisted)} if unlisted else {}
    described["properties"] = _properties(stated)
    document_id = uuid5(NAMESPACE, f"{document.delivery.digest} {document.as_of.isoformat()}")
    bom: _Json = {
        "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "serialNumber": f"urn:uuid:{document_id}",
        "version": 1,
        "metadata": {
            "timestamp": day,
            "tools": {"components": [{"type": "application", "name": "assay", "version": document.assay}]},
            "component": described,
        },
        "components": components,
        "dependencies": [{"ref": root, "dependsOn": [str(item["bom-ref"]) for item in components]}],
        "compositions": [
            {"aggregate": "incomplete" if document.coverage.gaps or unlisted else "unknown", "assemblies": [root]}
        ],
    }
    return (escape.json(json.dumps(bom, ensure_ascii=False, indent=1)) + "\n").encode()


class _Asset(Struct):
    """One component: facts with the same cryptographic properties, counted; the first few places."""

    ref: str
    name: str
    kind: str
    facts: int = 0
    places: int = 0
    listed: list[_Json] = field(default_factory=list)
    shown: dict[str, set[str]] = field(default_factory=dict)  # what differs between the facts
    value: Mapping[str, Scalar] = field(default_factory=dict)  # of the first fact
    vulnerable: set[Scalar] = field(default_factory=set)
    oids: set[str] = field(default_factory=set)
    suites: set[str] = field(default_factory=set)

    def add(self, fact: Fact, room: int) -> int:
        """Count a fact and list its places, as far as there is room; returns how many were listed."""
        self.facts += 1
        self.places += len(fact.evidence)
        listed = fact.evidence[: max(0, min(room, OCCURRENCES - len(self.listed)))]
        self.listed += [_occurrence(fact, evidence) for evidence in listed]
        differing = (
            ("purpose", "library", "seen", "reach", "state", "iterations") if self.kind != "crypto.material" else ()
        )
        for key in differing:
            item = fact.value.get(key)
            if item is not None:
                self.shown.setdefault(key, set()).add(str(item))
        self.shown.setdefault("scope", set()).add(fact.subject.scope)
        self.vulnerable.add(fact.value.get("quantum_vulnerable"))
        if isinstance(oid := fact.value.get("oid"), str):
            self.oids.add(oid)
        return len(listed)

    def component(self) -> _Json:
        properties = {"kind": self.kind, "facts": str(self.facts)}
        if self.places > len(self.listed):
            properties["occurrences-unlisted"] = str(self.places - len(self.listed))
        told = _told(self.value, self.kind)
        told |= {name: ", ".join(sorted(items)) for name, items in self.shown.items()}
        body: _Json = {"type": "cryptographic-asset", "bom-ref": self.ref, "name": self.name}
        if self.listed:
            body["evidence"] = {"occurrences": self.listed}
        crypto: _Json
        match self.kind:
            case "crypto.use":
                crypto = {"assetType": "algorithm", "algorithmProperties": self._algorithm()}
            case "crypto.protocol":
                crypto = {"assetType": "protocol", "protocolProperties": _protocol(self.value, self.suites)}
            case _:
                crypto = _material(self.value)
        if len(self.oids) == 1:
            crypto["oid"] = next(iter(self.oids))
        body["cryptoProperties"] = crypto
        body["properties"] = _properties({**properties, **dict(sorted(told.items()))})
        return body

    def _algorithm(self) -> _Json:
        value = self.value
        purposes = sorted(self.shown.get("purpose", ()))
        functions = sorted({_FUNCTIONS.get(purpose, "other") for purpose in purposes}) or ["unknown"]
        told: _Json = {"primitive": value.get("primitive") or "unknown"}
        if value.get("family") in FAMILIES:
            told["algorithmFamily"] = value["family"]
        if isinstance(value.get("key_bits"), int):
            told["parameterSetIdentifier"] = str(value["key_bits"])
        named = value.get("curve")
        if isinstance(named, str) and (known := curve(named)) is not None and known.name == named:
            told["ellipticCurve"] = named
        told |= {"executionEnvironment": "unknown", "implementationPlatform": "unknown"}
        if "mode" in value:
            mode = value["mode"]
            told["mode"] = "unknown" if mode is None else mode if mode in _MODES else "other"
        if "padding" in value:
            padding = value["padding"]
            told["padding"] = "unknown" if padding is None else _PADDINGS.get(str(padding), "other")
        told["cryptoFunctions"] = functions
        level = self._level()
        return told if level is None else {**told, "nistQuantumSecurityLevel": level}

    def _level(self) -> int | None:
        """NIST's level where its definition decides it; 0 for what a quantum computer breaks."""
        if self.vulnerable == {True}:
            return 0
        family, bits = self.value.get("family"), self.value.get("key_bits")
        return _LEVELS.get(f"AES-{bits}" if family == "AES" else str(self.value.get("algorithm")))


def _assets(record: Record) -> tuple[dict[tuple[str, str], _Asset], int]:
    """Assets by kind and reference, and how many facts found no room."""
    assets: dict[tuple[str, str], _Asset] = {}
    suites = _suites(record.facts("crypto.setting"))
    unlisted = 0
    room = OCCURRENCES_IN_ALL
    for kind in KINDS:
        listed = 0
        for id_, fact in record.facts(kind):
            name, what = _named(id_, fact)
            ref = f"{kind}/{hashlib.sha256(canonical(what)).hexdigest()[:24]}"
            asset = assets.get((kind, ref))
            if asset is None:
                if listed >= COMPONENTS:
                    unlisted += 1
                    continue
                listed += 1
                asset = assets[kind, ref] = _Asset(ref, name, kind, value=fact.value)
            room -= asset.add(fact, room)
            if kind == "crypto.protocol":
                asset.suites.update(item for item in suites.get(_place(fact), ()) if _speaks(fact.value, item))
    return assets, unlisted


def _named(id_: str, fact: Fact) -> tuple[str, list[object]]:
    """The name of the component that a fact belongs to, and what makes it that component."""
    value = fact.value
    if fact.kind == "crypto.protocol":
        parts = [value.get("protocol"), value.get("version")]
        return " ".join(str(part) for part in parts if part is not None) or "unknown protocol", [*parts]
    if fact.kind == "crypto.material":
        name = " ".join(str(value[key]) for key in ("material", "algorithm", "format") if value.get(key) is not None)
        return f"{name or 'material'}: {_where(fact)}", [value.get("fingerprint") or id_, value.get("material")]
    algorithm = value.get("algorithm")
    if algorithm is None:
        expression = next((item.expression for item in fact.evidence if item.expression), "")
        said = f" ({excerpt(expression)})" if expression else ""
        return f"unresolved: {_where(fact)}{said}", [id_]
    return str(algorithm), [[key, value.get(key)] for key in _USE if key in value]


def _suites(settings: Iterable[tuple[str, Fact]]) -> dict[_Place, tuple[str, ...]]:
    """The suites that each place names one by one; a list that takes suites out again gives none."""
    found: dict[_Place, tuple[str, ...]] = {}
    for _, fact in settings:
        content = fact.value.get("content")
        if fact.value.get("meaning") != "ciphers" or not isinstance(content, str) or len(found) >= SETTINGS:
            continue
        tokens = [token for token in re.split(r"[:,;\s]+", content[:10_000]) if token]
        if not any(token[0] in "!-" for token in tokens):
            named = (token for token in tokens if _SUITE.fullmatch(token) and len(one_suite(token)) > 1)
            found[_place(fact)] = (*found.get(_place(fact), ()), *islice(named, SUITES))
    return found


def _place(fact: Fact) -> _Place:
    return fact.subject.component, fact.subject.path, fact.subject.name


def _speaks(value: Mapping[str, Scalar], suite: str) -> bool:
    """Whether a suite is one of this protocol: TLCP, TLS 1.3 and everything before have suites of their own."""
    upper = suite.upper().replace("-", "_")
    if upper.startswith(("ECC_SM", "ECDHE_SM", "IBC_", "IBSDH_", "RSA_SM")):
        return value.get("protocol") == "TLCP"
    modern = upper.startswith("TLS_") and "_WITH_" not in upper
    version = value.get("version")
    if value.get("protocol") not in {"TLS", "DTLS", "SSL"}:
        return False
    return version in {None, "negotiated"} or modern == (version == "1.3")


def _where(fact: Fact) -> str:
    return fact.evidence[0].where if fact.evidence else fact.subject.path or "-"


def _occurrence(fact: Fact, evidence: Evidence) -> _Json:
    found: _Json = {"location": evidence.path}
    if evidence.line:
        found["line"] = evidence.line
    if evidence.address >= 0:
        found["offset"] = evidence.address
    if fact.subject.name:
        found["symbol"] = excerpt(fact.subject.name)
    if evidence.excerpt:
        found["additionalContext"] = excerpt(evidence.excerpt)
    return found


def _protocol(value: Mapping[str, Scalar], suites: Iterable[str]) -> _Json:
    told: _Json = {"type": _PROTOCOLS.get(str(value.get("protocol")), "other" if value.get("protocol") else "unknown")}
    version = value.get("version")
    if version not in {None, "negotiated"}:
        told["version"] = str(version)
    listed: list[_Json] = [{"name": suite} for suite in sorted(suites)[:SUITES]]
    return {**told, "cipherSuites": listed} if listed else told


def _material(value: Mapping[str, Scalar]) -> _Json:
    """A certificate, or related material; never its bytes."""
    fingerprint = value.get("fingerprint")
    seal = {"fingerprint": {"alg": "SHA-256", "content": fingerprint}} if _is_sha256(fingerprint) else {}
    told: _Json
    if value.get("material") == "certificate":
        told = {"certificateFormat": str(value.get("format") or "unknown"), **seal}
        for key, name in (("not_before", "notValidBefore"), ("not_after", "notValidAfter")):
            if (moment := _moment(value.get(key))) is not None:
                told[name] = moment
        return {"assetType": "certificate", "certificateProperties": told}
    told = {"type": _MATERIALS.get(str(value.get("material")), "other"), **seal}
    if isinstance(bits := value.get("key_bits"), int):
        told["size"] = bits
    if value.get("format") is not None:
        told["format"] = str(value["format"])
    if value.get("protection") == "encrypted":
        told["securedBy"] = {"mechanism": str(value.get("encryption") or "unknown")}
    return {"assetType": "related-crypto-material", "relatedCryptoMaterialProperties": told}


def _is_sha256(text: Scalar) -> bool:
    return isinstance(text, str) and len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)


def _moment(day: Scalar) -> str | None:
    """A date of a certificate as a moment; None for what is no date of four-digit years."""
    if not isinstance(day, str) or len(day) < 10:
        return None
    try:
        return f"{date.fromisoformat(day[:10]).isoformat()}T00:00:00Z"
    except ValueError:
        return None


def _told(value: Mapping[str, Scalar], kind: str) -> dict[str, str]:
    """Keys of the fact that CycloneDX has no place for."""
    keys: Iterable[str]
    if kind == "crypto.use":
        keys = ("family", "mode", "padding", "curve")
    elif kind == "crypto.protocol":
        keys = ("protocol", "version")
    else:
        keys = [key for key in value if key != "fingerprint"]
    return {key: _scalar(value[key]) for key in keys if key in value}


def _scalar(item: Scalar) -> str:
    if item is None:
        return "not determined"
    return str(item).lower() if isinstance(item, bool) else str(item)


def _properties(told: Mapping[str, str]) -> list[_Json]:
    def each() -> Iterator[_Json]:
        for name, item in told.items():
            yield {"name": f"assay:{name}", "value": item}

    return list(each())
