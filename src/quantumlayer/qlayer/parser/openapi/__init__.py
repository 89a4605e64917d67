"""From an OpenAPI document to a Spec whose interface is what the document says."""

from quantumlayer.qlayer.parser.openapi.service import parse_openapi

__all__ = ["parse_openapi"]
