"""Certificates, keys and keystores as facts: `examination.py` reads files of them, `enclosed.py` what lies in text."""
