"""Shell scripts: cryptography by the tools that they start and in what they write, and the ways out of sight.

States what `openssl`, `ssh-keygen`, `md5sum`, `curl -k` and their like are told, and what a here-document puts into a
file of configuration (`written.py`). A tool of cryptography whose options
are not read here, a program or script that only the running shell knows (`$CMD`, `eval`, `. "$file"`), a text piped
into an interpreter, and text that does not parse make the attempt partial.

*It cannot see* what another program of the delivery or of the machine does when it is started by its name, nor
functions named like programs.
"""

import re
from collections.abc import Iterator, Sequence

from assay.core import late
from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.masking import excerpt
from assay.examinations.cipher.shell import written
from assay.examinations.cipher.shell.commands import Command, read
from assay.examinations.cipher.shell.tools import statements

LISTED = 5
_UNREAD = late.expression(
    r"gpg2?|gpgv|gpgsm|gpgconf|pgp|age|cfssl|cfssljson|keytool|jarsigner|certutil|certtool|p11tool|pkcs\d+-tool|signtool|"
    r"osslsigncode|cosign|sops|mcrypt|ccrypt|htpasswd|mkpasswd|chpasswd|cryptsetup|stunnel\d?|easyrsa|step|vault|pass|"
    r"signify|minisign|sbsign|kmodsign|systemd-cryptsetup|veracrypt|encfs|ecryptfs-.*|luksformat|tpm2_.*|pk12util|modutil"
)
_INTERPRETERS = late.expression(
    r"(ba|da|a|z|k)?sh|python[\d.]*|perl|ruby|node|php|pwsh|powershell|tclsh|lua|awk|gawk|java|ssh"
)
_INLINE = late.expression(r"-[a-zA-Z]*[ce][a-zA-Z]*$|--eval|-Command")


class ShellCommands:
    """A `FileExamination` of shell scripts."""

    id = "cipher.shell@1"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse", "crypto.setting")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format == "Shell"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        if not view.whole and b"\n" not in view.content:
            return Examined(shortfalls=(Shortfall("packed", "a line longer than one unit"),))
        script = read(view.content, view.first_line)
        facts = [fact for command in script.commands for fact in self._facts(view, command)]
        shortfalls = [*_hidden(script.commands)]
        said = list(written.settings(view, script, self.id))
        facts += [one for one in said if isinstance(one, Fact)]
        shortfalls += [one for one in said if isinstance(one, Shortfall)]
        if script.broken:
            lines = ", ".join(map(str, script.broken))
            shortfalls.append(Shortfall("syntax", f"lines that do not parse: {lines}"))
        if not script.whole:
            shortfalls.append(Shortfall("too-many-places", "more commands than are followed"))
        return Examined(tuple(facts), shortfalls=tuple(shortfalls))

    def _facts(self, view: FileView, command: Command) -> Iterator[Fact]:
        program = command.program or command.supposed
        if not program or command.looked_for:
            return
        reach = "possible" if command.supposed else "certain"
        for kind, value in statements(program, command.words[1:]) or ():
            place = Evidence(view.meta.path, command.line, excerpt(view.content, command.offset))
            common = {"library": "command-line", "seen": "call", "state": "used", "reach": reach}
            yield Fact(kind, view.meta.subject(), {**common, **value}, self.id, (place,))


def _hidden(commands: Sequence[Command]) -> Iterator[Shortfall]:
    found = [(command.line, why) for command in commands if (why := _why(command))]
    if found:
        shown = ", ".join(f"line {line} {why}" for line, why in found[:LISTED])
        yield Shortfall("blind-spot", shown + (f" and {len(found) - LISTED} more" if len(found) > LISTED else ""))


def _why(command: Command) -> str:
    """Why nobody can tell what a command runs; '' when the text says it."""
    if command.looked_for:
        return ""
    program = command.program
    if program is None:
        return "a program named at run time"
    if program == "eval":
        return "eval" if len(command.words) > 1 else ""
    if program in {".", "source"} and (len(command.words) < 2 or command.words[1] is None):
        return "a script named at run time"
    if _UNREAD.fullmatch(program):
        return program
    if _INTERPRETERS.fullmatch(program) and program not in {"ssh", "java"}:
        if any(word is None for word in command.words[1:2]):
            return f"a script given to {program} at run time"
        if command.fed is not None and not re.fullmatch(r"(ba|da|a|z|k)?sh", program):
            return f"a script inside this one, given to {program}"
        if any(word is not None and _INLINE.match(word) for word in command.words[1:3]) and not program.endswith("sh"):
            return f"a script inside this one, given to {program}"
    if command.into is not None and _INTERPRETERS.fullmatch(command.into) and program not in {"cat", "echo", "printf"}:
        return f"what {program} gives is run by {command.into}" if not command.into.endswith("awk") else ""
    if command.into is not None and re.fullmatch(r"(ba|da|a|z|k)?sh", command.into):
        return f"text piped into {command.into}"
    return ""
