"""What installed distributions add to the product, found through their entry points."""

from quantumlayer.plugins.errors import BrokenPluginError, UnknownPluginError
from quantumlayer.plugins.service import Plugins

__all__ = ["BrokenPluginError", "Plugins", "UnknownPluginError"]
