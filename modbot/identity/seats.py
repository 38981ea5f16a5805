"""Who holds which place on the class list. Each student has one; whoever came first keeps it.

A participant whose name fits several students may be moved from one to another, so that everybody who belongs finds a
place (Kuhn's augmenting paths). Whoever finds none although the name fits is somebody's double.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from modbot.identity.fits import Fit


@dataclass(slots=True)
class Seats:
    """Places as they are taken, by participants' numbers in the order they came."""

    holder: dict[int, int] = field(default_factory=dict)  # seat → number
    fit: dict[int, Fit] = field(default_factory=dict)  # number → how they fit the seat they hold
    _choices: dict[int, Sequence[Fit]] = field(default_factory=dict)  # none for those who cannot be moved

    def take(self, number: int, fit: Fit) -> bool:
        """Take a seat for good, as by an account. False when it was taken."""
        if fit.seat in self.holder:
            return False
        self._sit(number, fit)
        return True

    def claim(self, number: int, fits: Sequence[Fit]) -> bool:
        """Find a seat among one or more, moving others where they have a choice. False: they are all taken."""
        self._choices[number] = fits
        if fits[0].seat not in self.holder:
            self._sit(number, fits[0])
            return True
        return self._find(number, set())

    def free(self, seat: int) -> bool:
        """Whether nobody holds it."""
        return seat not in self.holder

    def _find(self, number: int, tried: set[int]) -> bool:
        for fit in self._choices[number]:
            if fit.seat in tried:
                continue
            tried.add(fit.seat)
            sits_there = self.holder.get(fit.seat)
            if sits_there is None or (sits_there in self._choices and self._find(sits_there, tried)):
                self._sit(number, fit)
                return True
        return False

    def _sit(self, number: int, fit: Fit) -> None:
        self.holder[fit.seat] = number
        self.fit[number] = fit
