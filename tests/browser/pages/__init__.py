"""The pages that the tests visit: what a person sees there, and what they can do."""

from .home_assistant import HomeAssistant
from .integrations import RECORD_NAMES, WEBHOOK
from .parqex import ConsentPage, ParqEx

__all__ = ["RECORD_NAMES", "WEBHOOK", "ConsentPage", "HomeAssistant", "ParqEx"]
