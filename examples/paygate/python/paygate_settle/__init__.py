"""Settlement of PayGate: what was taken in a day becomes one report, sealed and sent to the clearing house."""

__version__ = "4.2.0"
