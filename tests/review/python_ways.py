# ruff: noqa: E501  (a row is a text and its rule)
"""Weak uses that stand right beside what Python's outlook lets pass, and what it lets pass.

Each hidden use differs from something harmless by one step: the type that is called after all, the list whose program
is replaced, the package whose name is only half certain.
"""

from collections.abc import Mapping

MD, DES, TLS, WEAK = "crypto.md-family", "crypto.des", "crypto.tls-old", "crypto.weak-random"
ECB = "crypto.ecb"
Case = tuple[str, Mapping[str, bytes]]

_TEXTS: dict[str, tuple[str, str]] = {
    # Types
    "an annotation read back": (
        MD, "import hashlib\nclass A:\n    h: hashlib.md5\ndef g(x): return A.__annotations__['h'](x)"),
    "an annotation read back by typing": (
        MD, "import hashlib, typing\ndef f(h: hashlib.md5): pass\ndef g(x): return typing.get_type_hints(f)['h'](x)"),
    "an annotation read back by inspect": (
        MD, ("import hashlib, inspect\ndef f(h: hashlib.md5): pass\n"
            "def g(x): return inspect.signature(f).parameters['h'].annotation(x)")),
    "a field's type read back": (
        MD, ("import hashlib\nfrom dataclasses import dataclass, fields\n@dataclass\nclass A:\n    h: hashlib.md5\n"
            "def g(x): return fields(A)[0].type(x)")),
    "a default beside an annotation": (MD, "import hashlib\ndef f(x, h: type = hashlib.md5): return h(x)"),
    "metadata of an annotation": (
        MD, "import hashlib\nfrom typing import Annotated\ndef f(x: Annotated[bytes, hashlib.md5]): return run(f, x)"),
    "a call in an annotation": (MD, "import hashlib\ndef f(x: Depends(hashlib.md5)): pass"),
    "a call as an annotation": (MD, "import hashlib\ndef f(x: hashlib.md5(b'')): pass"),
    "a class of one's own around an annotation": (
        MD, "import hashlib\nclass R:\n    def __class_getitem__(c, i): return i(b'')\ndef f(x: R[hashlib.md5]): pass"),
    "one's own Optional": (
        MD, "import hashlib\nclass Optional:\n    def __class_getitem__(c, i): return i(b'')\nX = Optional[hashlib.md5]"),
    "a union of one": (MD, "import hashlib\nfrom typing import Union\nK = Union[hashlib.md5]\ndef g(x): return K(x)"),
    "a union of one twice": (
        MD, ("import hashlib\nfrom hashlib import md5\nfrom typing import Union\n"
            "K = Union[hashlib.md5, md5]\ndef g(x): return K(x)")),
    "a union taken apart": (
        MD, ("import hashlib\nfrom typing import Union, get_args\nK = Union[hashlib.md5, int]\n"
            "def g(x): return get_args(K)[0](x)")),
    "a union called in place": (
        MD, "import hashlib, typing\ndef g(x): return typing.Union[hashlib.md5, hashlib.md5](x)"),
    "a union of constants": (
        "crypto.certificate-check-off", "import ssl\nc = ssl.SSLContext()\nV = ssl.CERT_NONE | ssl.CERT_NONE\nc.verify_mode = V"),
    "one's own isinstance": (MD, "import hashlib\ndef isinstance(x, f): return f(x)\ndef g(x): return isinstance(x, hashlib.md5)"),
    "isinstance imported": (MD, "import hashlib\nfrom .a import isinstance\ndef g(x): return isinstance(x, hashlib.md5)"),
    "isinstance as a parameter": (MD, "import hashlib\ndef g(isinstance, x): return isinstance(x, hashlib.md5)"),
    "a cast": (MD, "import hashlib\nfrom typing import cast\nh = cast(int, hashlib.md5)\ndef g(x): return h(x)"),
    "one's own cast": (MD, "import hashlib\nfrom .a import cast\ndef g(x): return cast(hashlib.md5, x)"),
    "an alias of a class": (
        DES, "from Crypto.Cipher import DES\nK = DES\ndef g(k): return K.new(k, K.MODE_ECB)"),
    "a subclass": (
        TLS, "import ssl\nclass C(ssl.SSLContext): pass\ndef g(): return C(ssl.PROTOCOL_TLSv1)"),
    "a class in a tuple that isinstance is given by name": (
        DES, "from Crypto.Cipher import DES\nT = (DES, int)\nB = isinstance(1, T)\ndef g(k): return T[0].new(k, 1)"),
    # Modules
    "__dict__ beside __version__": (MD, "import hashlib\nV = hashlib.__version__\ndef g(x): return hashlib.__dict__['md5'](x)"),
    "getattr beside __version__": (MD, "import hashlib\ndef g(n, x): return getattr(hashlib, n, '')(x)"),
    "a module as a default": (MD, "import hashlib\ndef g(x, hashlib=hashlib): return hashlib.md5(x)"),
    "a module made global": (MD, "def f():\n    global h\n    import hashlib as h\ndef g(x): return h.new('md5', x)"),
    "a module imported where a variable of its name was": (
        MD, "def f(x, hashlib=None):\n    import hashlib\n    h = hashlib\n    return h.md5(x)"),
    "attrgetter handed a module": (MD, "import hashlib\nfrom operator import attrgetter\ndef g(n, x): return attrgetter(n)(hashlib)(x)"),
    "methodcaller handed a module": (MD, "import hashlib, operator\ndef g(n, x): return operator.methodcaller(n, x)(hashlib)"),
    # Imports
    "an import by half a name": (MD, "import importlib\ndef g(n, x): return importlib.import_module('hash' + n).md5(x)"),
    "an import below a known package": (
        DES, "import importlib\ndef g(n, k): return importlib.import_module('Crypto.Cipher.' + n).new(k)"),
    "an import below a known package by a template": (
        DES, "import importlib\ndef g(n, k): return importlib.import_module(f'Crypto.{n}').new(k)"),
    "an import below an unknown package": (MD, "import importlib\ndef g(p, n, x): return importlib.import_module(p + '.x.' + n).md5(x)"),
    "an import relative to anything": (
        DES, "import importlib\ndef g(p, n, k): return importlib.import_module('.' + n, p).new(k)"),
    "an import relative to a known package": (
        DES, "import importlib\ndef g(n, k): return importlib.import_module('.' + n, 'Crypto.Cipher').new(k)"),
    "an import relative to another __package__": (
        DES, "import importlib\n__package__ = 'Crypto.Cipher'\ndef g(n, k): return importlib.import_module('.' + n, __package__).new(k)"),
    "an import that may be relative": (MD, "import importlib\ndef g(n, x): return importlib.import_module(n, __name__).md5(x)"),
    "a loop over known modules": (MD, "import importlib\ndef g(x):\n    for n in ('json', 'hashlib'):\n        m = importlib.import_module(n)\n    return m.md5(x)"),
    "a loop that is not all": (MD, "import importlib\ndef g(x, a):\n    for n in ('json', 'ast'):\n        if a: n = a\n        return importlib.import_module(n).md5(x)"),
    "a loop over unknown names": (MD, "import importlib\ndef g(x, a):\n    for n in ('json', a):\n        return importlib.import_module(n).md5(x)"),
    "a mapping of known modules": (MD, "M = {'a': 'hashlib'}\ndef g(n, x): return __import__(M[n]).md5(x)"),
    "a mapping that is changed": (MD, "M = {'a': 'json'}\nM['b'] = q()\ndef g(n, x): return __import__(M[n]).md5(x)"),
    "a mapping that is filled elsewhere": (MD, "M = {'a': 'json'}\nfill(M)\ndef g(n, x): return __import__(M[n]).md5(x)"),
    "a mapping with another one in it": (MD, "M = {'a': 'json', **q}\ndef g(n, x): return __import__(M[n]).md5(x)"),
    "a statement that imports, and sys.modules": (
        MD, "import sys\ndef g(n, x):\n    __import__(n)\n    return sys.modules[n].md5(x)"),
    "a statement that imports, and modules": (
        MD, "from sys import modules as m\ndef g(n, x):\n    __import__(n)\n    return m[n].md5(x)"),
    "an import kept": (MD, "import importlib\ndef g(n, x):\n    h = importlib.import_module(n)\n    return h.md5(x)"),
    # Programs
    "a list with another program": (MD, "import subprocess\ndef g(p): subprocess.run(['ls', p], executable='openssl')"),
    "a list for a shell": (MD, "import subprocess\ndef g(p): subprocess.run(['ls ' + p], shell=True)"),
    "a list with unseen options": (MD, "import subprocess\ndef g(p, **k): subprocess.run(['ls', p], **k)"),
    "a list whose program is replaced": (MD, "import subprocess\ndef g(p):\n    c = ['ls', p]\n    c[0] = q()\n    subprocess.run(c)"),
    "a list with a program put in front": (MD, "import subprocess\ndef g(p):\n    c = ['ls', p]\n    c.insert(0, p)\n    subprocess.run(c)"),
    "a list that is turned round": (MD, "import subprocess\ndef g(p):\n    c = ['ls', p]\n    c.reverse()\n    subprocess.run(c)"),
    "a list under two names": (MD, "import subprocess\ndef g(p):\n    c = ['ls', p]\n    d = c\n    d[0] = p\n    subprocess.run(c)"),
    "a list in a branch": (MD, "import subprocess\ndef g(p):\n    c = ['ls', p]\n    if p: c = [p]\n    subprocess.run(c)"),
    "a list of a parameter": (MD, "import subprocess\ndef g(p, c=['ls']): subprocess.run(c)"),
    "a launcher": (MD, "import subprocess\ndef g(p): subprocess.run(['env', p])"),
    "another launcher": (MD, "import subprocess\ndef g(p): subprocess.run(['/usr/bin/timeout', '5', p])"),
    "a container": (MD, "import subprocess\ndef g(p): subprocess.run(['docker', 'run', p])"),
    "Python with unknown code": (MD, "import subprocess, sys\ndef g(p): subprocess.run([sys.executable, '-c', p])"),
    "Python with known code": (MD, "import subprocess, sys\ndef g(p): subprocess.run([sys.executable, '-c', 'import hashlib; hashlib.md5()', p])"),
    "Python with an unknown module": (MD, "import subprocess, sys\ndef g(p): subprocess.run([sys.executable, '-m', p])"),
    "Python with a tool's module": (MD, "import subprocess, sys\ndef g(p): subprocess.run([sys.executable, '-m', 'hashlib', p])"),
    "Python with a script": (MD, "import subprocess, sys\ndef g(p): subprocess.run([sys.executable, p])"),
    "a tool behind an unknown word": (MD, "import subprocess\ndef g(p): subprocess.run([p, 'openssl'])"),
    "a tool among the words": (MD, "import subprocess\ndef g(p): subprocess.run(['ls', p, 'openssl'])"),
    "a shell's text with a head": (MD, "import os\ndef g(p): os.system('mkdir %s' % p)"),
    "a shell's text without one": (MD, "import os\ndef g(p): os.system('%s x' % p)"),
    "a text with a hole in its program": (MD, "import subprocess\ndef g(p): subprocess.run('open%s md5' % p)"),
    "a text for a shell": (MD, "import subprocess\ndef g(p): subprocess.run('ls %s' % p, shell=True)"),
    "a text for a shell that is perhaps one": (MD, "import subprocess\ndef g(p, s): subprocess.run('ls %s' % p, shell=s)"),
    "Popen handed on": (MD, "import subprocess\nrun = subprocess.Popen\ndef g(c): run(c)"),
    # Libraries of the system
    "a hash of the system's": (MD, "import ctypes\ndef g(c): ctypes.windll.advapi32.MD5Init(c)"),
    "a hash of the kernel's": (MD, "import ctypes\ndef g(c): ctypes.windll.ntdll.MD5Init(c)"),
    "CNG": (MD, "import ctypes\ndef g(c): ctypes.windll.bcrypt.BCryptHash(c)"),
    "a library by an index": (MD, "import ctypes\ndef g(c): ctypes.windll['advapi32'].MD5Init(c)"),
    "a loader handed on": (MD, "import ctypes\nw = ctypes.windll\ndef g(c): w.advapi32.MD5Init(c)"),
    "a function by a name": (MD, "import ctypes\ndef g(n, c): getattr(ctypes.windll.kernel32, n)(c)"),
    "a function that loads": (MD, "import ctypes\ndef g(n): return ctypes.windll.kernel32.LoadLibraryW(n)"),
    "a function that starts": (MD, "import ctypes\ndef g(c): ctypes.windll.kernel32.CreateProcessW(None, c)"),
    "a library in a variable": (MD, "import ctypes\ndef g(c):\n    k = ctypes.WinDLL('kernel32')\n    k.WinExec(c, 0)"),
    "a library given back": (MD, "import ctypes\ndef g():\n    k = ctypes.WinDLL('kernel32')\n    return k"),
    "a library of the module": (MD, "import ctypes\nkernel32 = ctypes.WinDLL('kernel32')\nkernel32.GetLastError()"),
    "crypt of the C library": (DES, "import ctypes\ndef g(c):\n    l = ctypes.CDLL('libc.so.6')\n    return l.crypt(c, b'ab')"),
    "system of the C library": (MD, "import ctypes\ndef g():\n    l = ctypes.CDLL('libc.so.6')\n    l.system(b'md5sum x')"),
    "a found library": (MD, "import ctypes\nfrom ctypes.util import find_library\ndef g():\n    l = ctypes.CDLL(find_library('crypto'))\n    l.MD5()"),
    "the process itself": (MD, "import ctypes\ndef g():\n    l = ctypes.CDLL(None)\n    l.getpid()"),
    "a computed library": (MD, "import ctypes\ndef g(n):\n    l = ctypes.CDLL(n)\n    l.getpid()"),
    # Of the stranger libraries that have entries now
    "a weak hasher in a setting beside a sound one": (
        MD, "H = ['django.contrib.auth.hashers.PBKDF2PasswordHasher', 'django.contrib.auth.hashers.MD5PasswordHasher']"),
    "a setting half a name": (MD, "H = ['django.contrib.auth.hashers.' + x]"),
    "a hasher of a setting": (MD, "from django.contrib.auth.hashers import make_password\ndef f(p): return make_password(p)"),
    "a module of Django's handed on": (MD, "from django.utils import crypto\ndef f(n): return run(crypto)"),
    "all of a module of Django's": (MD, "from django.contrib.auth.hashers import *\nh = MD5PasswordHasher()"),
    "a method of Werkzeug's": (MD, "from werkzeug.security import generate_password_hash as g\ndef f(p, m): return g(p, m)"),
    "an old method of Werkzeug's": (MD, "import werkzeug.security as s\nh = s.generate_password_hash(p, method='md5')"),
    "a weak class that can only be what it is": (
        MD, "from django.contrib.auth.hashers import MD5PasswordHasher\nT = {'a': MD5PasswordHasher}"),
    "a class that takes a key": (
        "crypto.hard-coded-key", "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\nT = {'a': AESGCM}\nc = T['a'](b'0123456789abcdef')"),
    # What stays
    "exec of a file": (MD, "exec(compile(open('a.txt').read(), 'a.txt', 'exec'))"),
    "exec of a loop": (MD, "for s in ('import hashlib', 'hashlib.md5()'):\n    exec(s)"),
}  # fmt: skip
HIDDEN: dict[str, Case] = {
    "Python: a module taken from another": (
        MD, {"compat.py": b"import hashlib\n", "b.py": b"import compat\ndef g(x): return compat.hashlib.md5(x)\n"}),
    "Python: a module imported from another": (
        MD, {"compat.py": b"import hashlib\n", "b.py": b"from compat import hashlib as q\ndef g(x): return q.md5(x)\n"}),
    "Python: a module imported from its own package": (
        MD, {"p/__init__.py": b"", "p/compat.py": b"import hashlib\n",
             "p/b.py": b"from .compat import hashlib\ndef g(x): return hashlib.md5(x)\n"}),
    **{f"Python: {name}": (rule, {"a.py": text.encode() + b"\n"}) for name, (rule, text) in _TEXTS.items()},
    "Python: a type for other modules": (
        MD, {"a.py": b"from hashlib import md5\ndef f(h: md5): pass\n", "b.py": b"from a import md5 as q\nq(b'')\n"}),
    "Python: isinstance for other modules": (
        MD,
        {"a.py": b"from hashlib import md5\nB = isinstance(1, md5)\n", "b.py": b"from a import md5 as q\nq(b'')\n"},
    ),
    "Python: a class for other modules": (
        DES,
        {"a.py": b"from Crypto.Cipher import DES\n", "b.py": b"from a import DES as q\nq.new(b'', q.MODE_CFB)\n"},
    ),
    "Python: for checkers that are none": (
        MD,
        {
            "a.py": b"TYPE_CHECKING = True\nif TYPE_CHECKING:\n    from hashlib import md5\n",
            "b.py": b"from a import md5 as q\nq(b'')\n",
        },
    ),
    "Python: an annotation read back elsewhere": (
        MD,
        {
            "a.py": b"import hashlib\nclass A:\n    h: hashlib.md5\n",
            "b.py": b"from a import A\ndef g(x): return A.__annotations__['h'](x)\n",
        },
    ),
    "Python: a union taken apart elsewhere": (
        MD,
        {
            "a.py": b"import hashlib\nfrom typing import Union\nK = Union[hashlib.md5, int]\n",
            "b.py": b"from typing import get_args\nfrom a import K\nh = get_args(K)[0]\ndef g(x): return h(x)\n",
        },
    ),
    "Python: a package that is not the stranger's": (
        MD, {"pyDes/a.py": b"import pyDes\ndef g(k): return pyDes.des(k)\n"}),
    "Python: a package without the stranger's module": (
        MD,
        {"jwcrypto/a.py": b"from django.utils import crypto\nimport jwcrypto\n", "jwcrypto/b.py": b""},
    ),
    "Python: a program in a package of a stranger's name": (
        MD,
        {"pyDes/__init__.py": b"", "pyDes/a.py": b"import pyDes\nif __name__ == '__main__':\n    pyDes.des(b'')\n"},
    ),
}  # fmt: skip

_HARMLESS: dict[str, tuple[str, str]] = {
    "an annotation": (MD, "import hashlib, ssl\ndef f(c: ssl.SSLContext | None = None, h: hashlib.md5 | None = None) -> ssl.SSLContext: pass"),
    "a nested annotation": (MD, "import hashlib\nfrom typing import Callable, Optional\ndef f(c: Optional[Callable[[int], hashlib.md5]] = None): pass"),
    "an annotated variable": (MD, "import hashlib\nx: 'hashlib.md5' = f()\ny: hashlib.md5 = f()"),
    "isinstance": (MD, "import hashlib\ndef f(x): return isinstance(x, (hashlib.md5, hashlib.sha1))"),
    "a union": (MD, "from typing import Union\nimport hashlib\nK = Union[hashlib.md5, int]\nL = hashlib.sha256 | hashlib.md5"),
    "a cast to a type": (MD, "import hashlib\nfrom typing import cast\ndef f(x): return cast(hashlib.md5, x)"),
    "an exception": (MD, "import ssl\ndef f():\n    try:\n        g()\n    except (ssl.SSLError, ssl.CertificateError) as e:\n        h(e)"),
    "a version": (MD, "import cryptography, hashlib\nV = cryptography.__version__\nW = getattr(cryptography, '__version__', '')\nf(hashlib.__name__)"),
    "a variable like a module": (MD, "from hmac import compare_digest\ndef f(a):\n    hmac = a()\n    return g(hmac)"),
    "a parameter like a module": (MD, "import ssl\ndef f(ssl):\n    self.x = ssl\n    return g(ssl=ssl)"),
    "attrgetter": (MD, "from operator import attrgetter, methodcaller\ndef f(n, o): return attrgetter(n)(o), methodcaller(n)(o)"),
    "an import below the own package": (MD, "import importlib\ndef f(n): return importlib.import_module('myapp.backends.' + n)"),
    "an import by a template": (MD, "import importlib\ndef f(n):\n    p = f'myapp.backends.{n}'\n    return importlib.import_module(p)"),
    "an import by a format": (MD, "def f(n): return __import__('myapp.dialects.%s' % (n,)).dialects"),
    "a relative import": (MD, "import importlib\ndef __getattr__(n): return importlib.import_module('.' + n, __name__)"),
    "an import for its own sake": (MD, "import importlib\ndef f(names):\n    for n in names:\n        importlib.import_module(n)"),
    "a loop over modules": (MD, "import importlib\nfor n in ('chardet', 'charset_normalizer'):\n    m = importlib.import_module(n)"),
    "a mapping of modules": (MD, "import importlib\n_M = {'a': 'json', 'b': 'myapp.b'}\ndef f(n):\n    if n in _M:\n        return importlib.import_module(_M[n])"),
    "a program with unknown words": (MD, "import subprocess\ndef f(u): subprocess.call(['wslview', u])"),
    "a program in a variable": (MD, "import subprocess\ndef f(u):\n    c = ['/bin/ls', '-l']\n    c.append(u)\n    subprocess.run(c, check=True)"),
    "a program with more words": (MD, "import subprocess\ndef f(u): subprocess.run(['ls', '-l', *u] + u, shell=False)"),
    "a text without a shell": (MD, "import subprocess\ndef f(u): subprocess.run('mkdir %s' % u)"),
    "a module of the own package": (MD, "import subprocess, sys\ndef f(u): subprocess.run([sys.executable, '-m', 'myapp.worker', u])"),
    "the process's type": (MD, "import subprocess\ndef f(p: subprocess.Popen[bytes] | None): pass"),
    "the system's functions": (MD, "import ctypes\ndef f(h): ctypes.windll.kernel32.CloseHandle(h); ctypes.windll.user32.FindWindowA(b'a', b'b')"),
    "a token of the system's": (MD, "import ctypes\ndef f(h): ctypes.windll.advapi32.OpenProcessToken(h)"),
    "a library of the system": (MD, "import ctypes\ndef f():\n    user32 = ctypes.WinDLL('user32')\n    user32.LoadStringW.argtypes = ()\n    return user32.LoadStringW"),
    "the C library": (MD, "import ctypes\nfrom ctypes.util import find_library\ndef f():\n    libc = ctypes.CDLL(find_library('c'))\n    return libc.inotify_init()"),
    "a class that can only be what it is": (MD, "from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey\nT = {'a': Ed25519PrivateKey}"),
}  # fmt: skip
HARMLESS: dict[str, Case] = {
    **{f"Python, harmless: {name}": (rule, {"a.py": text.encode() + b"\n"}) for name, (rule, text) in _HARMLESS.items()},
    "Python, harmless: a package of a stranger's name": (
        MD, {"pyDes/__init__.py": b"", "pyDes/a.py": b"import pyDes\n", "pyDes/b/c.py": b"from pyDes import a\n"}),
    "Python, harmless: for checkers": (
        MD,
        {"a.py": b"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from hashlib import md5\ndef f(h: md5): pass\n"},
    ),
}  # fmt: skip
