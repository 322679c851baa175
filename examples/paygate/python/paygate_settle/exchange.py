"""The exchange with the clearing house: TLS, one authenticated POST per report, retries with a growing pause."""

import hashlib
import hmac
import http.client
import random
import ssl
import time

CLEARING = "clearing.example.invalid"
BRANCH_RELAY = "192.0.2.40"


def clearing_context() -> ssl.SSLContext:
    """Certificates and host names are checked; the version is what both sides know best."""
    return ssl.create_default_context()


def branch_context() -> ssl.SSLContext:
    """The relay in the branches is a box of 2009 with a certificate of its own making."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLSv1)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def authenticator(body: bytes, key: bytes) -> str:
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def branch_authenticator(body: bytes, key: bytes) -> str:
    return hmac.new(key, body, "md5").hexdigest()


def send(body: bytes, key: bytes, attempts: int = 4) -> bool:
    """True when the clearing house has taken the report. Pauses are spread so that sites do not call at once."""
    for attempt in range(attempts):
        connection = http.client.HTTPSConnection(CLEARING, context=clearing_context(), timeout=20)
        try:
            connection.request("POST", "/settlement", body, {"X-Authenticator": authenticator(body, key)})
            if connection.getresponse().status == http.client.ACCEPTED:
                return True
        except OSError:
            time.sleep(2**attempt + random.uniform(0, 1))
        finally:
            connection.close()
    return False
