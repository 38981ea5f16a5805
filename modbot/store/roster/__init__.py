"""The roster in the store: one whole generation in force, and the next one beside it while it is being written.

Every record is sealed with the district's key; addresses are kept as keyed digests only. Readers always see one whole
generation: what they read is thrown away and read again when the generation changed under them.
"""

from modbot.store.roster.importing import begun, check, import_roster, or_nothing, put_in_force
from modbot.store.roster.kept import Former, Kept
from modbot.store.roster.reading import RosterStore
from modbot.store.roster.records import MailPerson, Sealer
from modbot.store.roster.writing import RosterWriter

__all__ = [
    "Former",
    "Kept",
    "MailPerson",
    "RosterStore",
    "RosterWriter",
    "Sealer",
    "begun",
    "check",
    "import_roster",
    "or_nothing",
    "put_in_force",
]
