"""What every reader of compiled code raises where a file breaks its format."""


class DamagedError(ValueError):
    """What stands where the format demands something else."""
