"""Cryptography in configuration: files become entries, entries get a meaning, meanings become facts.

    software     whose configuration a file is, and which reader takes it apart
    entries      what a reader gives: keyed values with their place and line, and what it did not understand
    blocks, lines, trees, markup    the readers: nginx, line by line, YAML and JSON, XML
    mentions     which text speaks of cryptography at all
    meanings     what a key decides, by the tables of known software and by the words of any other key
    ciphers, versions, secrets      what the values say
    stating      facts and shortfalls of one file
    services     what listens with TLS and leaves its versions to the software
    includes     files that other files pull in

An entry that speaks of cryptography is stated, or it is harmless for a reason that `stating` names, or it is a
shortfall with its line. There is no fourth way.
"""
