"""The CBOM: every asset once, where it was seen, and nothing guessed."""

import json
from typing import Any

import pytest

from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.examinations.cipher.names import FAMILIES
from assay.examinations.cipher.names.curves import _INDEX
from assay.report import cyclonedx

from .reviewed import reviewed, whole
from .sample import use
from .schemas import cyclonedx as wrong_in


def bom_of(*facts: Fact) -> dict[str, Any]:
    content = cyclonedx.render(*_with_lang(list(facts)))
    assert wrong_in(content) == []
    bom: dict[str, Any] = json.loads(content)
    return bom


def _with_lang(facts: list[Fact]) -> Any:
    document, record = reviewed(facts)
    return document, "en", record


def asset_of(*facts: Fact) -> dict[str, Any]:
    (component,) = bom_of(*facts)["components"]
    assert isinstance(component, dict)
    return component


def told(component: dict[str, Any]) -> dict[str, str]:
    return {item["name"].removeprefix("assay:"): item["value"] for item in component["properties"]}


def material(**value: Scalar) -> Fact:
    place = Evidence("conf/server.pem", 1)
    return Fact("crypto.material", Subject("product", "conf/server.pem", "", "shipped"), value, "x@1", (place,))


def test_commercial_cryptography_has_its_registered_names() -> None:
    sm2 = use("a.c", 1, "x", algorithm="SM2", family="SM2", primitive="signature", curve="oscaa/SM2",
              purpose="signature", key_bits=256, quantum_vulnerable=True)  # fmt: skip
    sm4 = use("a.c", 2, "x", algorithm="SM4-GCM", family="SM4", primitive="ae", mode="gcm", key_bits=128,
              purpose="encryption", quantum_vulnerable=False, oid="1.2.156.10197.1.104.8")  # fmt: skip
    first, second = bom_of(sm2, sm4)["components"]
    by_name = {item["name"]: item["cryptoProperties"] for item in (first, second)}
    assert by_name["SM2"]["algorithmProperties"] == {
        "primitive": "signature",
        "algorithmFamily": "SM2",
        "parameterSetIdentifier": "256",
        "ellipticCurve": "oscaa/SM2",
        "executionEnvironment": "unknown",
        "implementationPlatform": "unknown",
        "cryptoFunctions": ["sign"],
        "nistQuantumSecurityLevel": 0,
    }
    assert by_name["SM4-GCM"]["algorithmProperties"]["mode"] == "gcm"
    assert by_name["SM4-GCM"]["oid"] == "1.2.156.10197.1.104.8"
    assert "nistQuantumSecurityLevel" not in by_name["SM4-GCM"]["algorithmProperties"]


def test_facts_that_differ_in_use_alone_are_one_asset() -> None:
    component = asset_of(
        use("a.py", 1, "x", algorithm="AES-256-CBC", family="AES", mode="cbc", key_bits=256, purpose="encryption"),
        use("b.py", 2, "y", algorithm="AES-256-CBC", family="AES", mode="cbc", key_bits=256, purpose="decryption",
            library="openssl"),
    )  # fmt: skip
    properties = component["cryptoProperties"]["algorithmProperties"]
    assert properties["cryptoFunctions"] == ["decrypt", "encrypt"]
    assert properties["nistQuantumSecurityLevel"] == 5
    assert told(component)["library"] == "jca, openssl"
    assert [item["location"] for item in component["evidence"]["occurrences"]] == ["a.py", "b.py"]


def test_an_unresolved_algorithm_is_named_by_its_place_and_nothing_is_guessed() -> None:
    first = use("a.py", 7, "getInstance(name)", algorithm=None, family=None, mode=None, purpose="encryption")
    second = use("b.py", 9, "getInstance(other)", algorithm=None, family=None, mode=None, purpose="encryption")
    one, two = sorted(bom_of(first, second)["components"], key=lambda item: item["name"])
    assert (one["name"], two["name"]) == (
        "unresolved: a.py:7 (getInstance(name))",
        "unresolved: b.py:9 (getInstance(other))",
    )
    properties = one["cryptoProperties"]["algorithmProperties"]
    assert "algorithmFamily" not in properties
    assert (properties["primitive"], properties["mode"]) == ("unknown", "unknown")


def test_a_family_of_ours_is_a_property_only() -> None:
    component = asset_of(use("a.py", 1, "x", algorithm="RSA-1024", family="RSA", key_bits=1024, purpose="encryption"))
    assert "RSA" not in FAMILIES
    assert "algorithmFamily" not in component["cryptoProperties"]["algorithmProperties"]
    assert told(component)["family"] == "RSA"


def test_every_curve_and_family_that_the_catalogue_names_is_valid() -> None:
    curves = [
        use("a.py", 1, "x", algorithm=f"EC {name}", curve=name) for name in sorted({c.name for c in _INDEX.values()})
    ]
    families = [use("a.py", 1, "x", algorithm=f"of {name}", family=name) for name in sorted(FAMILIES)]
    components = bom_of(*curves, *families)["components"]
    told_ = [item["cryptoProperties"]["algorithmProperties"] for item in components]
    assert sum("ellipticCurve" in item for item in told_) == len(curves)
    assert sum("algorithmFamily" in item for item in told_) == len(families)


@pytest.mark.parametrize(
    ("protocol", "version", "expected"),
    [
        ("TLS", "1.2", {"type": "tls", "version": "1.2"}),
        ("TLS", "negotiated", {"type": "tls"}),
        ("TLS", None, {"type": "tls"}),
        ("TLCP", "1.1", {"type": "other", "version": "1.1"}),
        ("SSL", "3.0", {"type": "other", "version": "3.0"}),
        ("SSH", "2.0", {"type": "ssh", "version": "2.0"}),
    ],
)
def test_protocols(protocol: str, version: str | None, expected: dict[str, str]) -> None:
    value: dict[str, Scalar] = {"protocol": protocol, "version": version, "seen": "call", "reach": "certain"}
    fact = Fact("crypto.protocol", Subject("product", "a.c", "", "shipped"), value, "x@1", (Evidence("a.c", 1),))
    assert asset_of(fact)["cryptoProperties"] == {"assetType": "protocol", "protocolProperties": expected}


def at_server(kind: str, name: str = "server a", **value: Scalar) -> Fact:
    return Fact(kind, Subject("product", "nginx.conf", name, "shipped"), value, "x@1", (Evidence("nginx.conf", 3),))


def test_a_protocol_lists_the_suites_that_its_place_names() -> None:
    gm, aes, new = "ECDHE-SM2-SM4-GCM-SM3", "ECDHE-RSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"
    facts = [
        at_server("crypto.protocol", protocol="TLCP", version="1.1", seen="config"),
        at_server("crypto.protocol", protocol="TLS", version="1.2", seen="config"),
        at_server("crypto.protocol", protocol="TLS", version="1.3", seen="config"),
        at_server("crypto.protocol", "server b", protocol="TLS", version="1.0", seen="config"),
        at_server("crypto.protocol", "server c", protocol="TLS", version="1.1", seen="config"),
        at_server("crypto.setting", meaning="ciphers", directive="ssl_ciphers", content=f"{gm}:{aes}:HIGH:{new}"),
        at_server("crypto.setting", "server c", meaning="ciphers", directive="ssl_ciphers", content=f"{aes}:!AES128"),
    ]
    suites = {
        item["name"]: [
            suite["name"] for suite in item["cryptoProperties"]["protocolProperties"].get("cipherSuites", ())
        ]
        for item in bom_of(*facts)["components"]
    }
    assert suites == {"TLCP 1.1": [gm], "TLS 1.2": [aes], "TLS 1.3": [new], "TLS 1.0": [], "TLS 1.1": []}


def test_a_certificate_and_a_key() -> None:
    certificate = material(material="certificate", format="X.509", algorithm="SM2", fingerprint="ab" * 32,
                           not_before="2026-01-02", not_after="9999-12-31", signature_algorithm="SM2-SM3")  # fmt: skip
    key = material(material="private-key", format="PKCS#8", algorithm="RSA", key_bits=2048, fingerprint="cd" * 32,
                   protection="encrypted", encryption="AES-256-CBC")  # fmt: skip
    first, second = (item["cryptoProperties"] for item in bom_of(certificate, key)["components"])
    found = {item["assetType"]: item for item in (first, second)}
    assert found["certificate"]["certificateProperties"] == {
        "certificateFormat": "X.509",
        "fingerprint": {"alg": "SHA-256", "content": "ab" * 32},
        "notValidBefore": "2026-01-02T00:00:00Z",
        "notValidAfter": "9999-12-31T00:00:00Z",
    }
    assert found["related-crypto-material"]["relatedCryptoMaterialProperties"] == {
        "type": "private-key",
        "fingerprint": {"alg": "SHA-256", "content": "cd" * 32},
        "size": 2048,
        "format": "PKCS#8",
        "securedBy": {"mechanism": "AES-256-CBC"},
    }


def test_occurrences_and_components_have_caps_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cyclonedx, "OCCURRENCES", 2)
    facts = [use(f"{number}.c", 1, "x", algorithm="DES", family="DES") for number in range(5)]
    component = asset_of(*facts)
    assert len(component["evidence"]["occurrences"]) == 2
    assert (told(component)["facts"], told(component)["occurrences-unlisted"]) == ("5", "3")
    monkeypatch.setattr(cyclonedx, "COMPONENTS", 1)
    bom = bom_of(*facts, use("x.c", 1, "x", algorithm="RC4", family="RC4"))
    assert len(bom["components"]) == 1
    stated = {item["name"]: item["value"] for item in bom["metadata"]["component"]["properties"]}
    assert stated["assay:facts-unlisted"] == "1"
    assert bom["compositions"][0]["aggregate"] == "incomplete"


def test_the_product_depends_on_every_asset_and_is_as_stated() -> None:
    document, record = whole(hostile=False)
    bom = json.loads(cyclonedx.render(document, "en", record))
    assert bom["dependencies"] == [{"ref": "product", "dependsOn": [item["bom-ref"] for item in bom["components"]]}]
    assert len(set(bom["dependencies"][0]["dependsOn"])) == len(bom["components"])
    assert bom["metadata"]["component"]["supplier"] == {"name": "Example Payments Ltd"}
    assert bom["metadata"]["timestamp"] == "2026-11-21T00:00:00Z"
    assert bom["compositions"] == [{"aggregate": "incomplete", "assemblies": ["product"]}]
