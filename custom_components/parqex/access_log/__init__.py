"""The access log: each access published once, in order, with its time."""

from .access import Access, AccessType, LastAccess
from .log import AccessLog
from .store import async_remove_store

__all__ = ["Access", "AccessLog", "AccessType", "LastAccess", "async_remove_store"]
