"""The nouns of a review. Pure: no clock, no network, no file system, no product code.

Every other room imports this one; it imports none of them. JSON, strictness and JSON Schema are added at the
edges (see `docs/adr/0001-serialisation.md`), so that a fact stays a plain frozen value here.
"""
