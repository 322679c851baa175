"""assay: the cybersecurity review of technology sold to banks, fair to both sides."""

__version__ = "0.1.0"
