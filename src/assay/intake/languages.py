"""Names of files and what they are called for: languages, configuration, data, text and media, as plain tables.

A name decides only where the content does not. `.h` is C unless its beginning is C++ or Objective-C; the grammar of
C++ reads C as well, so that a doubtful header is taken for C++. Keys are lower case; endings carry no dot. Where one
ending serves several languages the commoner one is given.
"""

import re
from collections.abc import Mapping

from assay.core import late
from assay.core.kinds import FileClass


def _words(table: Mapping[str, str]) -> dict[str, str]:
    return {word: name for name, words in table.items() for word in words.split()}


SOURCE_ENDINGS: Mapping[str, str] = _words(
    {
        "ABAP": "abap",
        "Ada": "adb ads ada",
        "APL": "apl",
        "AppleScript": "applescript scpt",
        "ASP": "asp aspx ascx ashx asmx asax cshtml vbhtml razor",
        "Assembly": "asm s nasm a51 masm yasm",
        "AWK": "awk",
        "Batch": "bat cmd",
        "C": "c h inc idc",
        "C#": "cs csx",
        "C++": "cc cpp cxx c++ hh hpp hxx h++ ipp tpp txx inl ino",
        "Clojure": "clj cljs cljc edn",
        "COBOL": "cbl cob cpy cobol pco",
        "CoffeeScript": "coffee",
        "Common Lisp": "lisp lsp asd el",
        "Crystal": "cr",
        "CUDA": "cu cuh",
        "Cython": "pyx pxd pxi",
        "D": "d di",
        "Dart": "dart",
        "Delphi": "pas dpr dfm pp lpr",
        "Device tree": "dts dtsi",
        "Elixir": "ex exs",
        "Elm": "elm",
        "Erlang": "erl hrl escript",
        "F#": "fs fsi fsx",
        "Fortran": "f for f77 f90 f95 f03 f08 ftn",
        "FreeMarker": "ftl",
        "Go": "go",
        "Groovy": "groovy gvy gsh",
        "Haskell": "hs lhs hsc",
        "HTML": "html htm xhtml shtml",
        "Java": "java jav",
        "JavaScript": "js mjs cjs jsx es6",
        "JSP": "jsp jspx jspf tag tagx",
        "Julia": "jl",
        "Jupyter": "ipynb",
        "Kotlin": "kt kts ktm",
        "LLVM IR": "ll",
        "Lua": "lua",
        "MATLAB": "mlx",
        "Move": "move",
        "Nim": "nim nims",
        "Objective-C": "m",
        "Objective-C++": "mm",
        "OCaml": "ml mli mll mly",
        "OpenCL": "opencl",
        "Pascal": "p",
        "Perl": "pl pm t xs plx perl",
        "PHP": "php php3 php4 php5 php7 phtml phps",
        "PL/I": "pli pl1",
        "PL/SQL": "pls plsql pkb pks",
        "PowerShell": "ps1 psm1 psd1",
        "Prolog": "pro prolog",
        "Protocol Buffers": "proto",
        "Python": "py pyi pyw py3 tac",
        "R": "r rmd",
        "Racket": "rkt",
        "Raku": "raku rakumod p6 pm6",
        "REXX": "rexx rex",
        "RPG": "rpg rpgle sqlrpgle",
        "Ruby": "rb rake gemspec erb ru podspec",
        "Rust": "rs",
        "SAS": "sas",
        "Scala": "scala sc sbt",
        "Scheme": "scm ss sld",
        "Shell": "sh bash zsh ksh csh tcsh fish ash dash bats ebuild",
        "Smali": "smali",
        "Smalltalk": "st",
        "Solidity": "sol",
        "SQL": "sql ddl dml psql",
        "Svelte": "svelte",
        "Swift": "swift swiftinterface",
        "SystemVerilog": "sv svh",
        "Tcl": "tcl tk itcl exp",
        "Thrift": "thrift",
        "TypeScript": "ts tsx mts cts",
        "V": "v",
        "Vala": "vala vapi",
        "VB": "vb vbs bas frm cls vba",
        "Velocity": "vm vtl",
        "Verilog": "vh",
        "VHDL": "vhd vhdl",
        "Vue": "vue",
        "WebAssembly text": "wat wast",
        "WGSL": "wgsl glsl hlsl frag vert metal",
        "DCL": "com",
        "XQuery": "xq xquery xqy",
        "XSLT": "xsl xslt",
        "Yacc": "y yy l lex",
        "Zig": "zig",
        "仓颉": "cj",
    }
)
CONFIGURATION_ENDINGS: Mapping[str, str] = _words(
    {
        "YAML": "yaml yml",
        "TOML": "toml",
        "INI": "ini cfg cnf cf conf config htaccess inf reg desktop setting settings service socket timer mount target "
        "rules control",
        "properties": "properties props",
        "Maven": "pom",
        "XML": "xml xsd wsdl plist rdf xmi xlf resx csproj vbproj vcxproj fsproj vcproj nuspec targets wxs "
        "storyboard xib",
        "JSON": "json json5 jsonc webmanifest",
        "environment": "env envrc",
        "HCL": "hcl tf tfvars nomad",
        "Gradle": "gradle",
        "CMake": "cmake",
        "Makefile": "mk mak make am",
        "M4": "m4 ac",
        "Meson": "meson",
        "Bazel": "bzl bazel star",
        "Jinja": "j2 jinja jinja2 tmpl tpl mustache hbs handlebars liquid pug ejs",
        "Nix": "nix",
        "Visual Studio": "sln suo",
        "linker script": "ld lds def map ver sym",
        "RPM spec": "spec",
        "ASN.1": "asn asn1",
        "GraphQL": "graphql gql",
        "SELinux": "te fc if",
        "Pkg-config": "pc",
        "QMake": "pri qrc ui",
        "patch": "patch diff",
        "Windows resource": "rc",
        "Kconfig": "kconfig",
    }
)
DATA_ENDINGS: Mapping[str, str] = _words(
    {
        "CSV": "csv tsv psv",
        "JSON lines": "jsonl ndjson geojson",
        "Arrow": "arrow arrows feather",
        "test vectors": "rsp req kat vec",
        "translation": "po pot strings arb",
        "log": "log",
        "LDIF": "ldif",
        "ARFF": "arff",
        "mail": "mbox eml",
        "pickle": "pkl pickle",
        "mapping": "srt vtt",
        "document type": "dtd",
        "source map": "js.map css.map",
    }
)
TEXT_ENDINGS: Mapping[str, str] = _words(
    {
        "Markdown": "md markdown mdown mkd mdx",
        "reStructuredText": "rst rest",
        "text": "txt text asciidoc adoc nfo me 1st changes news readme",
        "POD": "pod",
        "TeX": "tex sty bib ltx dtx bst",
        "manual page": "1 2 3 4 5 6 7 8 3pm 1ssl 3ssl 5ssl 7ssl man mdoc",
        "Texinfo": "texi texinfo txi info",
        "news fragment": "misc bugfix feature removal",
        "CSS": "css scss sass less styl",
        "Org": "org",
        "BibTeX": "bibtex",
        "typed marker": "typed",
        "document": "docx xlsx pptx odt ods odp epub dotx xltx potx",
    }
)
MEDIA_ENDINGS: Mapping[str, str] = _words(
    {
        "SVG": "svg",
        "XPM": "xpm xbm pbm pgm ppm",
        "TGA": "tga",
        "MP3": "mp3",
        "EPS": "eps",
        "BMP": "bmp dib",
        "WMF": "wmf emf",
        "EOT": "eot",
        "cursor": "cur ani",
        "font": "bdf pcf afm pfa pfb sfd",
        "drawing": "dia drawio fig vsd dot puml plantuml",
    }
)
MATERIAL_ENDINGS: Mapping[str, str] = _words(
    {
        "certificate": "pem crt cer der ca-bundle spc",
        "private key": "key p8 pk8 ppk",
        "PKCS#12": "p12 pfx",
        "PKCS#7": "p7b p7c p7s p7m p7",
        "certificate request": "csr",
        "revocation list": "crl",
        "public key": "pub",
        "OpenPGP": "gpg pgp sig asc kbx",
        "key store": "jks jceks bks keystore truststore uber bcfks",
    }
)
SOURCE_NAMES: Mapping[str, str] = _words(
    {
        "Ruby": "rakefile gemfile podfile fastfile vagrantfile guardfile brewfile",
        "Groovy": "jenkinsfile",
        "Shell": "configure config.guess config.sub install-sh ltmain.sh depcomp missing .bashrc .profile .zshrc "
        "pkgbuild",
        "Python": "sconstruct sconscript wscript",
        "Perl": "makefile.pl build.pl cpanfile",
    }
)
CONFIGURATION_NAMES: Mapping[str, str] = _words(
    {
        "Makefile": "makefile gnumakefile bsdmakefile kbuild makefile.in makefile.am imakefile",
        "CMake": "cmakelists.txt",
        "Dockerfile": "dockerfile containerfile .dockerignore",
        "nginx": "nginx.conf",
        "java.security": "java.security",
        "Maven": "pom.xml",
        "Gradle": "build.gradle settings.gradle",
        "Bazel": "build workspace build.bazel workspace.bazel",
        "Meson": "meson.build meson_options.txt",
        "GN": "build.gn",
        "build.info": "build.info",
        "Kconfig": "kconfig",
        "environment": ".env .env.local .env.production .env.example",
        "SSH": "sshd_config ssh_config known_hosts authorized_keys",
        "Java services": "index.list",
        "Debian package": "control",
        "editor": ".editorconfig .clang-format .clang-tidy .flake8 .pylintrc .coveragerc .npmrc .yarnrc .babelrc "
        ".eslintrc",
        "Procfile": "procfile",
        "lock": "pipfile",
        "crontab": "crontab anacrontab",
        "hosts": "hosts passwd shadow group",
    }
)
METADATA_NAMES: Mapping[str, str] = _words(
    {
        "Go module": "go.mod go.sum go.work",
        "requirements": "requirements.txt constraints.txt",
        "wheel": "record wheel entry_points.txt top_level.txt installer requested direct_url.json "
        "namespace_packages.txt dependency_links.txt requires.txt sources.txt zip-safe not-zip-safe",
        "package metadata": "metadata pkg-info manifest.mf manifest.in",
        "ignore list": ".gitignore .npmignore .hgignore .gitattributes .eslintignore .prettierignore .gitmodules",
        "lock": "lock gemfile.lock pipfile.lock poetry.lock pdm.lock uv.lock cargo.lock yarn.lock composer.lock "
        "package-lock.json npm-shrinkwrap.json pnpm-lock.yaml packages.lock.json gradle.lockfile",
    }
)
"""What describes a package, not how the product runs: class data, since no setting can stand in it."""
TEXT_NAMES = late.expression(
    r"(readme|licen[cs]es?|copying|copyright|notice|authors?|contributors|contributing|changelog|changes|change_?log|news|"
    r"history|install|todo|thanks|credits|maintainers|codeowners|security|support|hacking|patents?|acknowledge?ments?|"
    r"release[-_ ]?notes?|version|faq|bugs|upgrading|announce|trademarks?|code_of_conduct)([-._ ].*)?",
    re.IGNORECASE,
)
INTERPRETERS: Mapping[str, str] = _words(
    {
        "Python": "python python2 python3 pypy pypy3",
        "Shell": "sh bash dash ash zsh ksh csh tcsh fish busybox mksh lksh posh yash rbash init-d-script openrc-run "
        "runscript invoke-run",
        "Perl": "perl",
        "Ruby": "ruby jruby",
        "JavaScript": "node nodejs deno bun",
        "TypeScript": "ts-node tsx",
        "PHP": "php",
        "Lua": "lua luajit",
        "Tcl": "tclsh wish expect",
        "AWK": "awk gawk mawk nawk",
        "Groovy": "groovy",
        "Scala": "scala",
        "R": "rscript r",
        "PowerShell": "pwsh powershell",
        "Makefile": "make gmake",
        "Erlang": "escript",
        "Swift": "swift",
        "Haskell": "runhaskell runghc",
        "OCaml": "ocaml",
        "Raku": "raku",
        "sed": "sed",
        "nft": "nft",
    }
)
TEMPLATES = ("in", "tmpl", "tpl", "template", "j2", "dist", "example", "sample", "default", "orig", "bak")
"""Endings that hide another one: `foo.h.in` is C."""

MANUAL: tuple[FileClass, str] = ("text", "manual page")
BY_ENDING: Mapping[str, tuple[FileClass, str]] = {
    **{word: ("media", name) for word, name in MEDIA_ENDINGS.items()},
    **{word: ("text", name) for word, name in TEXT_ENDINGS.items()},
    **{word: ("data", name) for word, name in DATA_ENDINGS.items()},
    **{word: ("configuration", name) for word, name in CONFIGURATION_ENDINGS.items()},
    **{word: ("source", name) for word, name in SOURCE_ENDINGS.items()},
}
BY_NAME: Mapping[str, tuple[FileClass, str]] = {
    **{word: ("configuration", name) for word, name in CONFIGURATION_NAMES.items()},
    **{word: ("data", name) for word, name in METADATA_NAMES.items()},
    **{word: ("source", name) for word, name in SOURCE_NAMES.items()},
}


_OBJECTIVE_C = late.expression(
    r"^[ \t]*(?:@(?:interface|protocol|class|import|property)\b|#[ \t]*import\b)", re.MULTILINE
)
_CPP = late.expression(
    r"^[ \t]*(?:(?:inline[ \t]+)?namespace\b|class[ \t]+\w|template[ \t]*<|using[ \t]+\w"
    r"|(?:public|private|protected)[ \t]*:|#[ \t]*include[ \t]*<\w+>)|\w::\w|\b(?:constexpr|nullptr|noexcept)\b",
    re.MULTILINE,
)


def header_language(text: str) -> str:
    """The language of a `.h`, by how it begins."""
    if _OBJECTIVE_C.search(text):
        return "Objective-C"
    return "C++" if _CPP.search(text) else "C"
