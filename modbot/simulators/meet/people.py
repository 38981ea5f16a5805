"""Accounts the simulated Google knows: the district's, and others that people sign in with."""

import random
from dataclasses import dataclass

OTHER_NAME = "Somebody"


@dataclass(frozen=True, slots=True)
class User:
    """A Google account. `id` is the same in Meet, in the directory and in Workspace Events."""

    id: str
    email: str
    name: str
    in_domain: bool

    @property
    def given_name(self) -> str:
        """The first word of the name."""
        return self.name.partition(" ")[0]

    @property
    def family_name(self) -> str:
        """The rest of the name, or the name again: the directory wants both."""
        return self.name.partition(" ")[2] or self.name


class People:
    """Accounts by e-mail and by id. Those of `domain` and of domains below it are the district's own."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self._by_email: dict[str, User] = {}

    def add(self, email: str, name: str = "") -> User:
        """The account with this e-mail, made with this name when there is none yet."""
        address = email.casefold()
        local, _, domain = address.partition("@")
        if address not in self._by_email:
            spoken = name or " ".join(local.replace(".", " ").title().split()) or OTHER_NAME
            number = str(random.randrange(10**20, 2 * 10**20))  # 21 digits, as Google's
            own = domain == self.domain or domain.endswith(f".{self.domain}")
            self._by_email[address] = User(number, address, spoken, own)
        return self._by_email[address]

    def find(self, key: str) -> User | None:
        """An account by id or e-mail."""
        return self._by_email.get(key.casefold()) or next(
            (one for one in self._by_email.values() if one.id == key), None
        )
