"""Writes the catalogue in the form that loads at once; see `cipher.prepared`. `make install` runs it.

python -m assay.examinations.prepare
"""

from pathlib import Path

from assay.examinations.cipher import prepared


def main() -> None:
    Path(prepared.__file__).with_name("catalogue").joinpath(prepared.FILE).write_bytes(prepared.prepared())


if __name__ == "__main__":
    main()
