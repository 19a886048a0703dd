"""Element: one thing a programme offers (a magazine, an invitation, a card), and what it costs."""

from dataclasses import dataclass

# As the law sees what donors receive in return (symbolic and institutional are no return).
KINDS = ("symbolic", "institutional", "small_item", "tangible", "service")


class InvalidElement(ValueError):
    """An element has no code, is of no known kind, or has a negative cost."""


@dataclass(frozen=True)
class Element:
    """One thing a programme offers.

    Attributes:
        code: What events call it by.
        kind: One of ``KINDS``.
        fixed_minor: Cents a year, whoever uses it.
        each_minor: Cents each time it is used.

    Raises:
        InvalidElement: it is none.
    """

    code: str
    kind: str = "symbolic"
    fixed_minor: int = 0
    each_minor: int = 0

    def __post_init__(self) -> None:
        if not self.code or self.kind not in KINDS or min(self.fixed_minor, self.each_minor) < 0:
            raise InvalidElement(
                f"element {self.code!r}: kind {self.kind!r}, costs {self.fixed_minor} and "
                f"{self.each_minor}; give a code, a kind of {', '.join(KINDS)}, costs of 0 or more"
            )

    def cost_minor(self, uses: int) -> int:
        """Return what a year of so many uses costs, cents."""
        return self.fixed_minor + self.each_minor * uses
