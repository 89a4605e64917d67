"""The media types of a contract's answers."""

from quantumlayer.kit.identifiers import class_name
from quantumlayer.spec.interface import Interface

USUAL = "application/json"


def media_class(media: str) -> str:
    """The class of answers of a media type; empty for the usual one, which needs none."""
    return "" if media == USUAL else class_name(media.removeprefix("application/"))


def media_classes(interface: Interface) -> dict[str, str]:
    """The classes that a service needs, with the media type of each."""
    found = {one.media for one in interface.endpoints.values() if one.gives}
    return {name: media for media in sorted(found) if (name := media_class(media))}
