"""The OAuth 2.0 login of an account: its implementation, session and token store."""

from .implementation import ParqExImplementation
from .session import NewAccountTokens, ParqExSession
from .token_store import TokenStore

__all__ = [
    "NewAccountTokens",
    "ParqExImplementation",
    "ParqExSession",
    "TokenStore",
]
