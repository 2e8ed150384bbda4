"""What can keep a unit from starting. Each names the culprit and the remedy, a line each."""


class UnitFault(RuntimeError):  # noqa: N818  # says what happened
    """The unit cannot run; the text is for the person who started it."""


class ConfigFault(UnitFault):
    """The configuration is not usable; `faults` holds all that is wrong with it, the text a line for each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
