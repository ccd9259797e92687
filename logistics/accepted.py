"""
Broken rules and the reasons why they may be.

A rule that is broken as it was before keeps its reason; one that is broken anew, or with other numbers, needs one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from circulation.errors import Refused
from logistics.plan import AcceptedViolation
from logistics.solution import Violation

__all__ = ["accepted_violations", "unexplained"]


def accepted_violations(
    violations: Sequence[Violation], before: Sequence[AcceptedViolation], because: str | None
) -> tuple[AcceptedViolation, ...]:
    """
    Every broken rule with the reason why it may be: the one that it had, where it was broken in the same way, or this.

    Raises `Refused` (`plan.breaks-rules`), which tells each broken rule that has no reason.
    """
    reasons = _reasons(before)
    silent = unexplained(violations, before, because)
    if silent:
        raise Refused("plan.breaks-rules", said=" ".join(one.sentence for one in silent))
    return tuple(
        AcceptedViolation(
            rule=one.rule, place=one.place, sentence=one.sentence, because=reasons.get(_words(one)) or because or ""
        )
        for one in violations
    )


def unexplained(
    violations: Iterable[Violation], before: Iterable[AcceptedViolation], because: str | None
) -> tuple[Violation, ...]:
    """The broken rules without a reason: neither this one, nor one from before for what was broken in the same way."""
    reasons = _reasons(before)
    return () if because else tuple(one for one in violations if _words(one) not in reasons)


def _reasons(accepted: Iterable[AcceptedViolation]) -> dict[tuple[str, str, str], str]:
    return {_words(one): one.because for one in accepted}


def _words(one: Violation | AcceptedViolation) -> tuple[str, str, str]:
    return one.rule, one.place, one.sentence
