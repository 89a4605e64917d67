import re
from collections.abc import Callable

import pytest

from quantumlayer.qtest.generator import QTest
from quantumlayer.spec.load import parse_spec

_TEST = re.compile(r"^(?:async )?def test_(\w+)\(", re.MULTILINE)


@pytest.fixture(scope="session")
def written() -> Callable[[str], dict[str, str]]:
    """The tests that are written for the text of a Spec, those of the service itself aside: each by its name."""

    def write(text: str) -> dict[str, str]:
        spec = parse_spec(text).spec
        generator = QTest()
        found: dict[str, str] = {}
        for part in generator.parts(spec):
            for file in generator.generate(spec, part):
                if re.fullmatch(r"tests/test_(?!accounts|service).*\.py", file.path):
                    source = file.content.decode()
                    begins = [*_TEST.finditer(source)]
                    ends = [*(one.start() for one in begins[1:]), len(source)]
                    found |= {one[1]: source[one.start() : end] for one, end in zip(begins, ends, strict=True)}
        return found

    return write
