"""Cryptography in shell scripts: the programs that they start, and what these are told to do."""
