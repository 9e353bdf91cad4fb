"""The pages that the tests visit: what a person sees there, and what they can do."""

from .home_assistant import HomeAssistant
from .parqex import ConsentPage, ParqEx

__all__ = ["ConsentPage", "HomeAssistant", "ParqEx"]
