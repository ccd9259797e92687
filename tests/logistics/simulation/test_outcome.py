"""The numbers of a play, reckoned by hand."""

from __future__ import annotations

from html.parser import HTMLParser

from logistics.simulation.chart import charts_page
from logistics.simulation.outcome import Turnaround, outcome_of
from logistics.simulation.record import DayRecord, Journey, Record
from tests.logistics.simulation.small_world import DAY, ask, outcome, policy


def test_percentiles_are_of_journeys_that_really_took_so_long_and_those_that_never_ended_are_the_longest() -> None:
    journeys = [
        *(Journey("hold", days * DAY) for days in range(1, 9)),
        Journey("home", 20 * DAY),
        Journey("home", None),
    ]
    made = outcome_of(policy(), Record([], journeys, 0, 0))
    everything, holds, home = made.turnaround
    assert Turnaround("hub", "all", 10, 5.0, 20.0, None, 20.0, 70, 80, 90, 1) == everything
    assert Turnaround("hub", "hold", 8, 4.0, 8.0, 8.0, 8.0, 87, 100, 100, 0) == holds
    assert Turnaround("hub", "home", 2, 20.0, None, None, 20.0, 0, 0, 50, 1) == home
    assert (0, 10, 20, 30) == made.arrived_by_day[:4]


def test_where_nothing_travelled_there_is_nothing_to_tell() -> None:
    made = outcome_of(policy(), Record([DayRecord(0)], [], 0, 0))
    assert Turnaround("hub", "all", 0, None, None, None, 0.0, 0, 0, 0, 0) == made.turnaround[0]
    assert (0.0, 0.0, 0, 0) == (made.money.total, made.money.per_item, made.fill, made.fullest)


def test_driving_sorting_and_emissions_of_one_item_between_two_branches() -> None:
    """
    Tuesday and Wednesday a van drives 10 km there and 10 back, twenty minutes and a stop of five and a half.

    A kilometre costs 0.45, an hour 18, a day 20; the item is sorted once, for four cents; nothing is on a trunk run,
    which goes both ways on each of five evenings all the same, 10 km for 1.00 each. A van emits 250 g a km, a trunk run
    600.
    """
    made = outcome(policy("hub"), ask("keynsham", "midsomer"))
    assert (2, 2, 40.0, 100.0) == (made.tours, made.calls, made.km, made.trunk_km)
    hours = 2 * (20 * 60 + 330) / 3600
    assert round(hours, 1) == made.hours
    assert round(40 * 0.45 + hours * 18 + 40, 2) == made.money.vans
    assert (100.0, 0.04) == (made.money.trunk_runs, made.money.sorting)
    assert round(made.money.vans + 100 + 0.04, 2) == made.money.total == round(made.money.per_item, 2)
    assert round(40 * 0.25 + 100 * 0.6, 1) == made.co2_kg
    assert 70_000.0 == made.co2_grams_per_item


def test_a_van_is_filled_by_what_it_carries_on_each_kilometre() -> None:
    """One tote of twenty on one of two legs, each day: 2.5 %, rounded; 5 % on the fullest leg."""
    made = outcome(policy("hub"), ask("keynsham", "midsomer"))
    assert (2, 5) == (made.fill, made.fullest)


def test_what_rode_on_one_tour_was_sorted_by_nobody_at_a_hub() -> None:
    """The second stop is 10 km and fifteen and a half minutes: 9.15, which 9.50 and four cents of sorting outweigh."""
    made = outcome(policy("both", sorting="sooner_cents_per_item = 950"), ask("keynsham", "midsomer"))
    assert (1, 0) == (made.same_run, made.sorted_at_hubs)


class Tags(HTMLParser):
    """What is opened and not closed, and every address."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag not in {"meta", "path", "rect"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()


def test_the_charts_are_one_page_that_needs_nothing_else_and_holds_every_number_that_is_drawn() -> None:
    made = [outcome(policy(mode), ask("keynsham", "midsomer")) for mode in ("hub", "van")]
    made[0] = outcome_of(made[0].policy.model_copy(update={"name": "<hub>"}), Record([], [Journey("hold", DAY)], 0, 0))
    page = charts_page(made, title="A & B", notes=["Said <so>."])
    tags = Tags()
    tags.feed(page)
    assert ([], []) == (tags.open, tags.addresses)
    assert "<title>A &amp; B</title>" in page
    assert "<p>Said &lt;so&gt;.</p>" in page
    assert 7 == page.count("&lt;hub&gt;"), "a line, five bars and a column"
    assert f"<td>{made[1].money.per_item:.3f}</td>" in page
    assert f">{made[1].money.per_item:,g}</text>" in page
    assert "Crosses mark the yardstick: 50 % within 7 days; 70 % within 15 days; 85 % within 30 days." in page
