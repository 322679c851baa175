"""What a review says, to people and programs: one frozen document and its outputs.

Read `document.py` first, then `compose.py`. An output is one module with one function
`render(document, lang) -> bytes`.
"""
