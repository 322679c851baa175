"""The outside of a cage: open it, test it, put a product in, run it, read what happened, close it.

    with Cage(CageLimits()) as cage:          # raises CageError when any wall is missing
        cage.put(path, "product")             # copied in; nothing of the product is run, read or linked outside
        cage.assemble()
        launched = cage.launch(Launch(("/product/server",)))
        cage.watch(5)
        cage.stop(launched)
        cage.events, cage.difference()

The same for root and for an ordinary user. A cage that was not tested runs nothing.
"""

from assay.lab.cage.selftest import prove
from assay.lab.cage.session import Session


class Cage(Session):
    """One session: one network, one set of files, any number of launches; every wall is tried before the first."""

    def assemble(self) -> None:
        """Build the walls and try each. Raises CageError naming the first that does not hold.

        Called again, what was staged meanwhile becomes a layer below, and all that was written is left behind.
        """
        self.ask("assemble")
        self._assembled = True
        if not self._tested:
            prove(self)
        self._tested = True
