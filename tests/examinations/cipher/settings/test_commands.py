"""Commands in files that are configuration by their place: what they use is never silently met."""

import pytest

from assay.core.examination import Limits
from assay.examinations.cipher.setting import Settings
from assay.examinations.cipher.settings.harmless import weighty
from tests.examinations.cipher.settings.reading import view


class _Lab:
    limits = Limits()


HIDDEN = {
    "etc/cron.d/a": "0 5 * * * root openssl enc -des-ecb -in a\n",
    "etc/cron.d/b": "0 5 * * * root rm /tmp/*\n1 5 * * * root openssl des -in a\n2 5 * * * root ls /a/*/b\n",
    "etc/logrotate.d/a": "/var/log/*.log {\n  postrotate\n    md5sum /a\n  endscript\n}\n",
    "etc/pam.d/a": "password required pam_unix.so md5\n",
    "etc/default/a": 'SUM="openssl dgst -md5"\n',
    "etc/tomcat10/policy.d/a.policy": 'grant {\n  permission javax.crypto.CryptoPermission "DES", 64;\n};\n',
    "Makefile": "clean:\n\trm -rf build/*\nx:\n\topenssl enc -des-ecb\ny:\n\tls a/*/b\n",
}


@pytest.mark.parametrize("path", HIDDEN)
def test_a_command_is_seen(path: str) -> None:
    examined = Settings().examine(view(path, HIDDEN[path]), (), _Lab())
    assert examined.facts or examined.shortfalls


@pytest.mark.parametrize("text", ["-des-ecb", "openssl des -in a", "x && openssl md5 a", "/usr/bin/openssl rc4-40"])
def test_weighty(text: str) -> None:
    assert weighty(text)


@pytest.mark.parametrize("text", ["Depends: openssl", "openssl version", "apt-get install -y openssl ca-certificates"])
def test_the_name_of_the_tool_alone_sets_nothing(text: str) -> None:
    assert not weighty(text)
