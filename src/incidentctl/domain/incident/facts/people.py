"""Who the people of an incident are."""

from typing import NamedTuple

from incidentctl.domain.incident.names import Names


class PersonIdentified(NamedTuple):
    """Somebody was recorded under a name that the catalog does not have, such as `ann@laptop`.

    The fold reads it first: then every event is that person's.
    """

    was: str
    person: str

    def sentence(self, names: Names) -> str:
        return f"{self.was} is {names.person(self.person)}"
