"""The file of other rules: what it may name, and what is said of what it may not."""

from __future__ import annotations

import pytest

from circulation.errors import BranchlineError, Invalid
from interfaces.whatif.alternative import read_alternative


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[[loan", "what-if.unreadable"),
        (b"\xff", "what-if.unreadable"),
        (b"", "what-if.nothing"),
        (b"[tariff]\nmost = 1\n", "what-if.section"),
        (b"[courier]\nferries = 1\n", "what-if.section"),
        (b"calendar = 1\n", "what-if.section"),
    ],
)
def test_a_file_that_names_no_rules_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_alternative(content)
    assert code == refused.value.code


def test_sections_are_told_as_they_stand() -> None:
    told = read_alternative(b'[[loan]]\nrule = "short"\ndays = 7\n[courier.vans]\nv1 = "mon"\n')
    assert {"loan": [{"rule": "short", "days": 7}], "courier": {"vans": {"v1": "mon"}}} == told
    assert issubclass(Invalid, BranchlineError)
