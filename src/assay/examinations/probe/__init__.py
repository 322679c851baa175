"""The product run in a cage, and what it did held against what its vendor declared.

    recipes     how a delivered thing is laid out, installed and started
    run         the phases, each traced and untraced
    behaviour   what was recorded becomes facts `run.*`
    evasion     what shows in only one of the two runs, twice
    calls       library calls of cryptography, where the kernel lets them be seen
    compare     facts against a declaration
    draft       a declaration written down from a run, for the vendor to edit and to sign

Nothing of a product runs but in `lab.cage`. This family is not in `ALL`: it acts, so it needs consent (design,
section 9), and is called by `review.probing` alone.
"""
