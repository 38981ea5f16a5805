"""Who on call has which telephone number."""

from collections.abc import Iterable

from modbot.pagers.twilio.errand import mark_of
from modbot.settings.paging import OnCallPerson


class Phonebook:
    """Answers come from a number or from a call to somebody; this says whose they are."""

    def __init__(self, people: Iterable[OnCallPerson]) -> None:
        listed = list(people)
        self._by_mark = {mark_of(person.email): person for person in listed}
        # Of two with one number the first: a text tells nothing but its number.
        self._by_number = {person.phone: person for person in reversed(listed) if person.phone}

    def called(self, mark: str) -> OnCallPerson | None:
        """Whoever was called; None for one who is not in the settings any more."""
        return self._by_mark.get(mark)

    def at(self, number: str) -> OnCallPerson | None:
        """Whose number this is; None for strangers."""
        return self._by_number.get(number)
