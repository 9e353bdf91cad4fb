"""People: everyone the access log can name, and the accounts that can sign in."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """A person; the id is empty where a sensor acted for the owner."""

    id: str
    first_name: str
    last_name: str
    email: str

    @property
    def name(self) -> str:
        """Return the full name."""
        return f"{self.first_name} {self.last_name}"


@dataclass(slots=True, eq=False)
class Account:
    """A person who can sign in; `details` are further fields of user-info."""

    person: Person
    pin_code: str
    time_zone: str = "America/New_York"
    details: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return the id of the person."""
        return self.person.id

    @property
    def name(self) -> str:
        """Return the full name."""
        return self.person.name
