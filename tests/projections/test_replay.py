"""The ledger's own folds and the tables tell every subject in the same bytes, on every store, at any position."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from projections.registry import open_views
from projections.replay import KINDS, Line, compare, told_by_folds, told_by_views
from tests.cast import BATH_COPY
from tests.projections.test_past import a_day
from tests.world import World


@pytest.mark.parametrize("kind", KINDS)
def test_folds_and_tables_tell_the_same_bytes_at_any_position(world_anywhere: World, kind: str) -> None:
    a_day(world_anywhere)
    views = open_views(world_anywhere.ledger)
    head = world_anywhere.ledger.head().position
    for position in range(11, head + 1, 5):
        folded = list(told_by_folds(world_anywhere.ledger, kind, position))
        assert folded == list(told_by_views(views, kind, as_of=position)), position
        assert [line.subject for line in folded] == sorted(line.subject for line in folded)
    assert list(told_by_folds(world_anywhere.ledger, kind, head)) == list(told_by_views(views, kind))
    views.close()


def test_a_row_that_is_not_what_the_log_says_is_found_with_both_answers(world: World) -> None:
    a_day(world)
    views = open_views(world.ledger)
    views.fresh()
    with views.database.writing() as connection:
        connection.execute(text(f"UPDATE item_now SET ref = 'taunton' WHERE item = '{BATH_COPY}'"))
    head = world.ledger.head().position
    done = compare(
        "items", {"folded": told_by_folds(world.ledger, "items", head), "live": told_by_views(views, "items")}
    )
    (wrong,) = done.mismatches
    assert (BATH_COPY, "live", False) == (wrong.subject, wrong.answer, done.are_equal)
    assert '"T1/1"' in str(wrong.folded)
    assert '"taunton"' in str(wrong.found)
    views.close()


def test_what_only_one_answer_tells_is_a_difference_wherever_it_stands() -> None:
    lines = [Line(name, b"{}") for name in "abcde"]
    for missing in lines:
        rest = [line for line in lines if line != missing]
        for folded, found in ((lines, rest), (rest, lines)):
            done = compare("items", {"folded": iter(folded), "live": iter(found)})
            assert [missing.subject] == [one.subject for one in done.mismatches]
            assert 5 == done.subjects
    assert compare("items", {"folded": iter(lines), "live": iter(lines)}).are_equal
