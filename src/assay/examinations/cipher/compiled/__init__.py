"""Cryptography in compiled code: Java classes read back into Java, machine code by what it names and holds."""
