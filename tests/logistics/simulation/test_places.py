"""An item is in one place, and the balance proves it."""

from __future__ import annotations

import pytest

from logistics.simulation.places import Places, aboard, at_hub, lent, shelved, waiting


def filled() -> Places:
    places = Places(3)
    for item, place in enumerate((shelved("bath"), lent, lent)):
        places.begin(item, place)
    return places


def test_items_are_listed_in_the_order_in_which_they_came() -> None:
    places = filled()
    places.move([2], lent, waiting("bath"))
    places.move([1], lent, waiting("bath"))
    assert [2, 1] == places.of(waiting("bath"))
    assert [] == places.of(waiting("wells"))


def test_the_balance_counts_every_kind_of_place() -> None:
    places = filled()
    places.move([1], lent, aboard("van", ""))
    places.move([0], shelved("bath"), at_hub("bath", "wells"))
    assert {"shelf": 0, "hold shelf": 0, "reader": 1, "branch": 0, "hub": 1, "van": 1, "trunk": 0} == places.balance()


def test_taking_an_item_from_where_it_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled().move([1], shelved("bath"), lent)


def test_an_item_that_is_in_two_places_is_found() -> None:
    places = filled()
    places.begin(1, shelved("wells"))
    with pytest.raises(ValueError, match="item 1 is in two places"):
        places.balance()


def test_an_item_that_is_nowhere_is_found() -> None:
    places = Places(2)
    places.begin(0, lent)
    with pytest.raises(ValueError, match="1 of 2 items are nowhere"):
        places.balance()
