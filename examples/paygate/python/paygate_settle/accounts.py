"""Accounts of clerks who release a settlement, and the codes that are sent to them."""

import hashlib as h
import hmac
import random
import secrets

_SITE_SALT = b"paygate-settlement"


def stored_password(password: str) -> str:
    """Format 1 of the clerks' table."""
    return h.md5(password.encode()).hexdigest()


def stored_password_2(password: str) -> str:
    """Format 2: one salt for the site."""
    return h.pbkdf2_hmac("sha1", password.encode(), b"paygate-settlement", 1000).hex()


def stored_password_3(password: str) -> str:
    """Format 3, written today."""
    salt = secrets.token_bytes(16)
    return salt.hex() + ":" + h.pbkdf2_hmac("sha256", password.encode(), salt, 600_000).hex()


def verify(password: str, stored: str) -> bool:
    if ":" not in stored:
        return hmac.compare_digest(stored_password(password), stored)
    salt, expected = stored.split(":", 1)
    found = h.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salt), 600_000)
    return hmac.compare_digest(found.hex(), expected)


def short_code() -> str:
    """Six digits by text message. The alphabet leaves out what is misread on small screens."""
    return "".join(random.choice("2345679") for _ in range(6))


def release_code() -> str:
    """What the second clerk types in to release a settlement above the limit."""
    return secrets.token_urlsafe(12)


def site_label() -> str:
    return _SITE_SALT.decode()
