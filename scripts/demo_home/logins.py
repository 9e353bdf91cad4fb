"""What a Home Assistant that was killed must find when it starts: its logins."""

from collections.abc import Iterable
from enum import StrEnum
import json
from pathlib import Path
from typing import Any

from tests.simulator import Account, Cloud
from tests.simulator.endpoints import bearer
from tests.simulator.oauth import Grant

from .browser import DOMAIN
from .wait import DemoError


class Fate(StrEnum):
    """What has to come of the login of an account."""

    NOT_LINKED = "is not linked"
    WORKS = "works"
    ASKS = "asks for a new login"
    EITHER = "works or asks for a new login"


class Logins:
    """The logins of one Home Assistant, as its disk and the cloud know them."""

    def __init__(self, folder: Path, cloud: Cloud) -> None:
        """Take Home Assistant's folder and the cloud."""
        self._storage = folder / ".storage"
        self._cloud = cloud
        self._over: list[Grant] = []

    def entries(self) -> dict[str, str]:
        """Return the entries on disk: the id of the account, and that of the entry."""
        stored = json.loads((self._storage / "core.config_entries").read_bytes())
        return {
            entry["unique_id"]: entry["entry_id"]
            for entry in stored["data"]["entries"]
            if entry["domain"] == DOMAIN
        }

    def fate(self, account: Account) -> Fate:
        """Return what a start must lead to; Home Assistant must not be running.

        A login may be lost only where the newest tokens can't have reached the disk.
        What the cloud has seen in use has reached Home Assistant, and it may not use
        what it could lose. So there is no race, and no time to tune.
        """
        entry_id = self.entries().get(account.id)
        if entry_id is None:
            return Fate.NOT_LINKED
        disk = self._disk(entry_id)
        grants = [one for one in self._grants(account) if one not in self._over]
        alive = [one for one in grants if one.refresh_token in disk]
        # Linking an account again leaves the older links behind.
        gone = grants[grants.index(alive[-1]) + 1 :] if alive else grants
        if not self._used_tokens().isdisjoint(one.access_token for one in gone):
            raise DemoError(f"{account.name}: tokens were used before they were kept.")
        if not alive:
            return Fate.ASKS if gone else Fate.WORKS
        # A new link that was never kept does not take the place of the old one.
        return Fate.EITHER if any(one.issues > 1 for one in gone) else Fate.WORKS

    def settle(self, account: Account) -> None:
        """Forget the links that were left behind: another one works."""
        in_use = next(
            grant
            for request in reversed(self._cloud.requests)
            if request.endpoint == "sync" and request.account_id == account.id
            if (grant := self._cloud.oauth.grant(_token(request)))
        )
        self._over = [
            one for one in (*self._over, *self._grants(account)) if one is not in_use
        ]

    def _grants(self, account: Account) -> list[Grant]:
        return self._cloud.oauth.grants(account)

    def _disk(self, entry_id: str) -> str:
        """Return every file that could hold tokens of an entry."""
        files: Iterable[Path] = self._storage.glob(f"{DOMAIN}.*{entry_id}")
        return "".join(
            one.read_text("utf-8")
            for one in (self._storage / "core.config_entries", *files)
        )

    def _used_tokens(self) -> set[str]:
        """Return the access tokens that Home Assistant used for an entry.

        To link an account it has to ask whose it is, before there is an entry.
        """
        return {
            _token(request)
            for request in self._cloud.requests
            if request.endpoint not in ("user_info", "token")
        }


def _token(request: Any) -> str:
    return bearer(request.headers.get("Authorization", ""))
