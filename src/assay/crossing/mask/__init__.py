"""A copy of data that may leave: identifiers become keyed pseudonyms, the rest is generalised, removed or kept.

Read `policy` (what is done with which class), `hashing` and `ff1` (how), `columns` (to one column), `planning` (to
which), `copying` (to a file), `anonymity` (how small the groups are that remain).

*What it is not*: anonymous. Who has the key can tell whether a value is in the copy, and rare combinations of what was
kept can still point to a person; `anonymity` counts them, a person decides. A masked copy stays personal information
where the law counts pseudonyms as such.
"""
