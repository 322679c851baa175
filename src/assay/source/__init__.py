"""Source text of every language: parsed on demand, indexed by name, asked for values. States no facts.

`languages.py` lists the adapters. An examination parses one unit (`parse`), turns the places of its literals into
`Site`s (`adapter.site`) and asks `values.Resolver` what an argument can be. Today the resolver sees one file: literals,
local variables, constants of the file and conditions; it says what is *pending*, the name of a constant declared
elsewhere, so that a later pass can look in other files.
"""
