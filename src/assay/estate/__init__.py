"""Many products: a buyer's register, its shares against dated targets, and what a draft rule would change.

Read `register.py` first, then `standing.py` (the register's dossiers under a rulebook); `shares.py` and `weigh.py` are
what is reckoned from both.
"""
