"""SQL schemas: what their tables say that a service keeps."""

from quantumlayer.qlayer.parser.sql.service import parse_sql

__all__ = ["parse_sql"]
