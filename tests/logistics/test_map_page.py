"""A plan on a map that needs nothing but a browser."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from circulation.errors import Unknown
from logistics.map_page import map_page
from tests.logistics.drafted_day import BATH_AND_CLEVEDON, HOSTILE, drafted, long_day, named_branches


class Page(HTMLParser):
    """Tags with attributes, and the text of every element kind."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.texts: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        {"script": self.scripts, "style": self.styles}.get(self._inside, self.texts).append(data)

    @property
    def data(self) -> dict:
        return json.loads(self.scripts[0])


def test_the_page_loads_nothing() -> None:
    page = Page(map_page(drafted(), named_branches()))

    assert [] == [(tag, a) for tag, a in page.tags if {"src", "href", "srcset", "action"} & set(a)]
    assert not {"link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert [] == [style for style in page.styles if "url(" in style or "@import" in style]
    assert not any("sourceMappingURL" in script for script in page.scripts)
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy


def test_leaflet_is_inside_and_asks_for_no_tiles() -> None:
    page = Page(map_page(drafted(), named_branches()))

    assert 3 == len(page.scripts)
    assert "Leaflet" in page.scripts[1][:100]
    assert "attributionControl: false" in page.scripts[2]
    assert "tileLayer" not in page.scripts[2]


@pytest.mark.parametrize("hostile", [HOSTILE, "<!--<script>", "\u2028</SCRIPT >", "'\"><svg/onload=alert(1)>"])
def test_no_name_can_become_markup_or_script(hostile: str) -> None:
    names = dict.fromkeys(("bristol", "bath", "wells", "yeovil"), hostile)
    van = replace(BATH_AND_CLEVEDON, van=hostile)
    wells = replace(drafted().left[0], why=hostile)

    page = Page(map_page(drafted(van, left=(wells,)), named_branches(**names)))
    tame = Page(map_page(drafted(BATH_AND_CLEVEDON), named_branches()))

    assert [tag for tag, _ in tame.tags] == [tag for tag, _ in page.tags]
    assert tame.scripts[1:] == page.scripts[1:]
    assert hostile in {feature["properties"].get("name") for feature in page.data["features"]}
    assert any(hostile in text for text in page.texts)


def test_the_script_writes_no_markup_of_its_own() -> None:
    script = Page(map_page(drafted(), named_branches())).scripts[2]

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|bindPopup\(['\"`]", script)


def test_every_van_has_a_letter_and_a_colour_of_its_own() -> None:
    vans = Page(map_page(drafted(), named_branches())).data["vans"]

    assert {"BRS-1": "A", "TAU-1": "B"} == {van: mark["letter"] for van, mark in vans.items()}
    assert 2 == len({mark["colour"] for mark in vans.values()})


def test_letters_go_on_after_z_and_colours_begin_again_dashed() -> None:
    fleet = [replace(BATH_AND_CLEVEDON, van=f"V{number}") for number in range(28)]

    vans = Page(map_page(drafted(*fleet), named_branches())).data["vans"]

    assert ("Z", "AA", "AB") == tuple(vans[van]["letter"] for van in ("V25", "V26", "V27"))
    assert vans["V0"]["colour"] == vans["V10"]["colour"]
    assert (None, "8 5") == (vans["V0"]["dash"], vans["V10"]["dash"])


def test_places_are_where_they_are_longitude_first() -> None:
    data = Page(map_page(drafted(BATH_AND_CLEVEDON), named_branches())).data

    points = {f["properties"]["branch"]: f["geometry"]["coordinates"] for f in data["features"][1:]}
    assert {"bath": [-2.36, 51.383], "clevedon": [-2.854, 51.438], "wells": [-2.647, 51.209]} == points
    assert [[-3.103, 51.015, "Taunton"], [-2.633, 50.942, "Yeovil"]] == data["others"]


def test_a_retired_branch_is_not_on_the_map() -> None:
    branches = named_branches()
    branches["yeovil"] = replace(branches["yeovil"], retired=True)

    data = Page(map_page(drafted(BATH_AND_CLEVEDON), branches)).data

    assert ["Taunton"] == [name for _, _, name in data["others"]]


def test_the_tables_say_what_the_map_shows() -> None:
    texts = Page(map_page(drafted(), named_branches())).texts

    joined = "|".join(text.strip() for text in texts if text.strip())
    assert "A|BRS-1|2|74.4|6|08:30–12:05" in joined
    assert "A1|Bath Central (bath)|09:12|09:22|3|4|6" in joined
    assert "B1|Yeovil (yeovil)|09:50|10:00|2|3|3" in joined
    assert "Wells (wells)|2|1|44|3|Wells would bring BRS-1 back at 13:20, 20 min after its shift ends." in joined


def test_a_plan_with_nothing_left_says_so() -> None:
    plan, branches = long_day(3)

    assert "Nothing." in Page(map_page(plan, branches)).texts


def test_a_branch_that_is_gone_is_named() -> None:
    branches = named_branches()
    del branches["wells"]

    with pytest.raises(Unknown) as refusal:
        map_page(drafted(), branches)

    assert "'wells'" in refusal.value.sentence
