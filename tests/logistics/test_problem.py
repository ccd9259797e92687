"""A problem refuses what cannot be true, and its digest names exactly it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import pytest

from circulation.errors import Invalid
from logistics.problem import Break, Credit, Hub, Pair, RoutingProblem, Stop, Van
from logistics.problem_file import problem_from_bytes, problem_to_bytes
from tests.logistics.routing_worlds import street

STREET = street([(1, Stop("a", deliver=2)), (2, Stop("b"))], [Van("van", hub=0, totes=5)])


def one_stop(stop: Stop) -> RoutingProblem:
    return replace(STREET, stops=(stop, Stop("other")))


def one_van(van: Van) -> RoutingProblem:
    return replace(STREET, vans=(van,))


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("no-hub", lambda: replace(STREET, hubs=())),
        ("hub-twice", lambda: replace(STREET, hubs=(Hub("hub"), Hub("hub")))),
        ("van-twice", lambda: replace(STREET, vans=(Van("v", 0, 1), Van("v", 0, 1)))),
        ("stop-twice", lambda: replace(STREET, stops=(Stop("a"), Stop("a")))),
        ("van-without-hub", lambda: one_van(Van("v", hub=1, totes=1))),
        ("bad-shift", lambda: one_van(Van("v", hub=0, totes=1, shift_start=9, shift_end=8))),
        ("bad-amount", lambda: one_van(Van("v", hub=0, totes=-1))),
        ("bad-break", lambda: one_van(Van("v", 0, 1, shift_end=99, rest=Break(50, 50, 60)))),
        ("bad-break", lambda: one_van(Van("v", 0, 1, rest=Break(0, 0, 60)))),
        ("stop-without-hub", lambda: one_stop(Stop("a", hub=1))),
        ("bad-amount", lambda: one_stop(Stop("a", collect=-1))),
        ("bad-window", lambda: one_stop(Stop("a", windows=((5, 4),)))),
        ("bad-window", lambda: one_stop(Stop("a", windows=((5, 9), (9, 12))))),
        ("bad-window", lambda: one_stop(Stop("a", windows=((-1, 4),)))),
        ("bad-pair", lambda: replace(STREET, pairs=(Pair(0, 0, totes=1),))),
        ("bad-pair", lambda: replace(STREET, pairs=(Pair(0, 2, totes=1),))),
        ("bad-credit", lambda: replace(STREET, credits=(Credit(0, 0, 1),))),
        ("bad-credit", lambda: replace(STREET, credits=(Credit(0, 2, 1),))),
        ("bad-credit", lambda: replace(STREET, credits=(Credit(0, 1, 1), Credit(0, 1, 2)))),
        ("bad-amount", lambda: replace(STREET, credits=(Credit(0, 1, -1),))),
        ("cost-too-large", lambda: replace(STREET, credits=(Credit(0, 1, 1 << 59),))),
        ("amounts-too-large", lambda: one_stop(Stop("a", deliver=1 << 58, collect=1 << 58))),
        ("bad-pair", lambda: replace(STREET, pairs=(Pair(0, 1, totes=1), Pair(1, 0, totes=1)))),
        ("bad-matrix", lambda: replace(STREET, metres=STREET.metres[:-1])),
        ("bad-matrix", lambda: replace(STREET, seconds=((0, 0, -1), *STREET.seconds[1:]))),
        ("bad-matrix", lambda: replace(STREET, metres=((0, 0, 1 << 31), *STREET.metres[1:]))),
        ("cost-too-large", lambda: one_van(Van("v", 0, 1, micros_per_second=1 << 40))),
    ],
)
def test_what_cannot_be_true_is_refused(code: str, make: Callable[[], RoutingProblem]) -> None:
    with pytest.raises(Invalid) as caught:
        make()
    assert code == caught.value.code
    assert caught.value.sentence.endswith(".")


def test_a_problem_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        STREET.stops[0].deliver = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    "other",
    [
        replace(STREET, stops=(replace(STREET.stops[0], deliver=3), STREET.stops[1])),
        replace(STREET, vans=(replace(STREET.vans[0], rest=Break(1, 0, 2)),)),
        replace(STREET, hubs=(Hub("elsewhere"),)),
        replace(STREET, metres=((0, 1, 1), *STREET.metres[1:])),
        replace(STREET, seconds=((0, 1, 1), *STREET.seconds[1:])),
        replace(STREET, metres=STREET.seconds, seconds=STREET.metres),
        replace(STREET, pairs=(Pair(0, 1, totes=1),)),
        replace(STREET, credits=(Credit(0, 1, 1),)),
    ],
)
def test_another_problem_has_another_digest(other: RoutingProblem) -> None:
    assert STREET.digest() != other.digest()


def test_the_same_problem_has_the_same_digest_on_every_machine() -> None:
    """The value is fixed here: published plans name it."""
    expected = "0aae85c915f370f07f8b33bce41ee758480448ed123ec347f478a8cf9e518afc"
    assert expected == STREET.digest()
    assert STREET.digest() == replace(STREET).digest()


def test_time_at_a_stop_grows_with_the_totes_handled() -> None:
    assert 300 + 20 * 7 == Stop("a", deliver=4, collect=3, service_seconds=300, seconds_per_tote=20).seconds_at_stop


def test_a_problem_with_pairs_and_credits_is_read_back_as_it_was_written() -> None:
    for problem in (STREET, replace(STREET, pairs=(Pair(0, 1, totes=1),)), replace(STREET, credits=(Credit(0, 1, 1),))):
        again = problem_from_bytes(problem_to_bytes(problem))
        assert (problem, problem.digest()) == (again, again.digest())
