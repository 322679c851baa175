"""Configuration that mentions cryptography. Nothing is concluded from it yet: such a file is recorded as skipped.

A configuration file in which none of these words stands is a completed attempt: it says nothing about cryptography.
*It cannot see* a setting that is spelt in a way not listed here, or that is made of variables.
"""

from collections.abc import Sequence

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall

_WORDS = """
aes arcfour blowfish cast5 chacha20 cipher ciphers ciphersuite ciphersuites ciphersuites_tls13 client_cert_verify
crypt crypto curve25519 curves decrypt decryption des des3 desede dhe dtls ecdh ecdhe ecdsa ed25519 enc
encrypt encrypted encryption gcm gmtls hmac hostkeyalgorithms idea jasypt jce jks jsse jwt jwtsecret kdf
kexalgorithms keyalgorithm keyexchange keypair keystore keystorepassword keystoretype keytool macs md2 md4
md5 mlkem ntls pbe pbewithmd5anddes pbkdf2 pem pkcs11 pkcs12 privatekey publickey rc2 rc4 rsa
sha1 sha1withrsa sha224 sha256 sha384 sha3 sha512 signature signaturealgorithm sm2 sm3 sm4 sm9 ssh ssl sslcipher
ssl_certificate ssl_certificate_key ssl_ciphers ssl_protocols ssl_verify_client sslciphersuite sslenabledprotocols
sslengine sslprotocol sslv2 sslv3 sslversion tdes tlcp tls tlsv1 tlsv11 tlsv12 tlsv13 tripledes truststore
md4passwordencoder md5passwordencoder md5passwordhasher messagedigestpasswordencoder nooppasswordencoder
shapasswordencoder standardpasswordencoder unsaltedmd5passwordhasher sha1passwordhasher
verify_mode verify_peer x25519 x509 zuc zuc256
"""
OWN = "product.yaml"  # read by intake, as the vendor's claim
LISTED = 5
_LOOKED_AT = 200  # hits whose line is counted


class MentionedInSettings:
    """A `FileExamination` that reads configuration for words only."""

    id = "cipher.setting@1"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse")
    literals = frozenset(_WORDS.encode().split())
    fold_case = True

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "configuration"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        if not hits or view.meta.logical == OWN:
            return Examined()
        lines: dict[int, str] = {}
        for hit in hits[:_LOOKED_AT]:
            lines.setdefault(view.first_line + view.content.count(b"\n", 0, hit.offset), hit.literal.decode())
            if len(lines) > LISTED:
                break
        shown = ", ".join(f"line {line} {word}" for line, word in list(lines.items())[:LISTED])
        more = " ..." if len(lines) > LISTED else ""
        return Examined(shortfalls=(Shortfall("configuration", shown + more, "skipped"),))
