"""Where a copy belongs that nobody waits for: the floating rules, by hand and for any network."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circulation.clock import DAY_US
from circulation.floating import Floating, FloatingGroup
from circulation.placing import Placed, Stray, is_fit, place
from circulation.shelves import Shelves
from tests.cast import TUESDAY

MEMBERS = {"bath": "north", "wells": "north", "taunton": "south", "yeovil": "south", "spa": "north"}
DVD = Stray(owner="north", home="bath", item_type="dvd", floats=False)
GROUP = FloatingGroup(group="dvds", branches=("all",), excludes=("branch/yeovil",), item_types=("dvd",))


def shelves(
    *groups: FloatingGroup,
    limits: Mapping[str, int] | None = None,
    guests: Mapping[str, int] | None = None,
    same_title: Mapping[str, int] | None = None,
    lanes: Mapping[str, tuple[str, ...]] | None = None,
) -> Shelves:
    """The five branches with these groups, limits on DVDs and what stands there."""
    return Shelves(
        floating=Floating(
            groups={group.group: group for group in groups},
            limits={branch: {"dvd": copies} for branch, copies in (limits or {}).items()},
            lanes=lanes or {},
        ),
        member_of=MEMBERS.get,
        branches=lambda: MEMBERS,
        guests=lambda: guests or {},
        same_title=lambda: same_title or {},
    )


def decisive(placed: Placed) -> str:
    return placed.grounds[-1]


@pytest.mark.case(28)
@pytest.mark.row(32)
def test_a_copy_floats_where_its_group_allows_it_and_goes_home_from_elsewhere() -> None:
    known = shelves(GROUP)
    assert place(DVD, "taunton", TUESDAY, known) == Placed(None, "float", ("place.floats dvds",))
    assert place(DVD, "yeovil", TUESDAY, known) == Placed("bath", "home", ("float.outside dvds",))
    assert place(DVD, "bath", TUESDAY, known) == Placed(None, "home", ("place.home",))


@pytest.mark.case(28)
@pytest.mark.row(32)
def test_what_a_group_excludes_wins_over_what_it_contains() -> None:
    group = FloatingGroup(group="g", branches=("branch/taunton", "member/south"), excludes=("member/south",))
    assert place(DVD, "taunton", TUESDAY, shelves(group)).to == "bath"


@pytest.mark.row(32)
def test_the_group_for_the_owner_beats_the_one_for_the_type_which_beats_the_one_for_all() -> None:
    any_ = FloatingGroup(group="a", branches=("all",))
    of_type = FloatingGroup(group="z", branches=("branch/wells",), item_types=("dvd",))
    of_owner = FloatingGroup(group="y", branches=("branch/spa",), owners=("north",))
    for groups, floats_at in (((any_,), "taunton"), ((any_, of_type), "wells"), ((any_, of_type, of_owner), "spa")):
        assert place(DVD, floats_at, TUESDAY, shelves(*groups)).to is None
    assert place(DVD, "wells", TUESDAY, shelves(any_, of_type, of_owner)).to == "bath"


@pytest.mark.row(32)
def test_a_copy_with_the_flag_floats_everywhere_and_others_only_where_a_group_says_so() -> None:
    flagged = Stray(owner="north", home="bath", item_type="dvd", floats=True)
    assert place(flagged, "taunton", TUESDAY, shelves()).grounds == ("place.floats",)
    assert place(DVD, "taunton", TUESDAY, shelves()).grounds == ("place.belongs bath",)
    only_flagged = FloatingGroup(group="g", branches=("member/north",), flagged=True)
    assert place(DVD, "wells", TUESDAY, shelves(only_flagged)).to == "bath"
    assert place(flagged, "wells", TUESDAY, shelves(only_flagged)).to is None
    assert place(flagged, "taunton", TUESDAY, shelves(only_flagged)).to == "bath"


def test_nothing_floats_at_a_depot() -> None:
    flagged = Stray(owner="north", home="bath", item_type="dvd", floats=True)
    assert place(flagged, "depot", TUESDAY, shelves()).to == "bath"


@pytest.mark.row(33)
def test_a_full_branch_sends_the_copy_to_the_one_that_is_least_full() -> None:
    limits = {"bath": 10, "wells": 10, "taunton": 4, "spa": 20, "yeovil": 10}
    guests = {"bath": 9, "wells": 10, "taunton": 3, "spa": 13, "yeovil": 0}
    placed = place(DVD, "wells", TUESDAY, shelves(GROUP, limits=limits, guests=guests))
    assert placed == Placed("spa", "float", ("float.full wells 10/10", "float.goes-on spa 13/20"))


@pytest.mark.row(33)
def test_among_equals_home_comes_first_and_then_the_branch_code() -> None:
    limits = dict.fromkeys(MEMBERS, 10)
    full_here = {"wells": 10, "taunton": 5, "spa": 5, "bath": 5}
    assert place(DVD, "wells", TUESDAY, shelves(GROUP, limits=limits, guests=full_here)).to == "bath"
    assert place(DVD, "wells", TUESDAY, shelves(GROUP, limits=limits, guests=full_here | {"bath": 6})).to == "spa"


@pytest.mark.row(33)
def test_home_has_room_for_its_own_whatever_the_limits_say_but_only_as_the_last_resort() -> None:
    limits = dict.fromkeys(MEMBERS, 1)
    all_full = dict.fromkeys(MEMBERS, 1)
    placed = place(DVD, "wells", TUESDAY, shelves(GROUP, limits=limits, guests=all_full))
    assert (placed.to, placed.reason) == ("bath", "home")
    one_free = all_full | {"taunton": 0}
    assert place(DVD, "wells", TUESDAY, shelves(GROUP, limits=limits, guests=one_free)).to == "taunton"


@pytest.mark.row(33)
def test_a_limit_for_every_branch_gives_way_to_a_branch_s_own() -> None:
    known = shelves(GROUP, limits={"*": 0, "wells": 5}, guests={"wells": 4})
    assert place(DVD, "wells", TUESDAY, known).to is None
    assert decisive(place(DVD, "spa", TUESDAY, known)) == "float.goes-on wells 4/5"


@pytest.mark.row(33)
def test_counts_are_read_only_where_a_limit_is_set() -> None:
    def nobody() -> Mapping[str, int]:
        raise AssertionError("nobody asked for this")

    known = Shelves(Floating(groups={"dvds": GROUP}), MEMBERS.get, lambda: MEMBERS, nobody, nobody)
    assert place(DVD, "wells", TUESDAY, known).to is None


@pytest.mark.row(34)
def test_a_copy_that_has_been_away_for_the_homing_time_goes_home() -> None:
    group = FloatingGroup(group="g", branches=("all",), homing_days=30)
    away = Stray("north", "bath", "dvd", floats=False, away_since_us=TUESDAY - 30 * DAY_US)
    assert place(away, "wells", TUESDAY, shelves(group)) == Placed("bath", "home", ("float.homing 30",))
    assert place(away, "wells", TUESDAY - 1, shelves(group)).to is None


@pytest.mark.row(36)
def test_a_branch_keeps_only_so_many_copies_of_one_title() -> None:
    group = FloatingGroup(group="g", branches=("all",), title_copies=2)
    placed = place(DVD, "wells", TUESDAY, shelves(group, same_title={"wells": 2, "bath": 2, "spa": 2}))
    assert placed == Placed("taunton", "float", ("float.duplicates wells 2/2", "float.goes-on taunton 0/any"))
    assert place(DVD, "wells", TUESDAY, shelves(group, same_title={"wells": 1})).to is None


@pytest.mark.case(32)
@pytest.mark.row(28)
def test_a_copy_stays_where_its_home_is_a_walk_away() -> None:
    known = shelves(lanes={"centre": ("bath", "spa")})
    assert place(DVD, "spa", TUESDAY, known) == Placed(None, "home", ("place.walked bath",))
    assert place(DVD, "wells", TUESDAY, known).to == "bath"


# ---- for any network

branches = st.sampled_from(sorted(MEMBERS))
scopes = st.one_of(
    st.just("all"),
    st.sampled_from(["member/north", "member/south"]),
    branches.map(lambda code: f"branch/{code}"),
)
groups = st.builds(
    FloatingGroup,
    group=st.sampled_from(["a", "b"]),
    branches=st.lists(scopes, min_size=1, max_size=3).map(tuple),
    excludes=st.lists(scopes, max_size=2).map(tuple),
    owners=st.sampled_from([(), ("north",), ("south",)]),
    item_types=st.sampled_from([(), ("dvd",), ("book",)]),
    flagged=st.booleans(),
    homing_days=st.none() | st.integers(1, 40),
    title_copies=st.none() | st.integers(1, 3),
)
numbers = st.dictionaries(branches, st.integers(0, 4))
networks = st.builds(
    shelves,
    groups,
    groups,
    limits=st.dictionaries(branches | st.just("*"), st.integers(0, 4)),
    guests=numbers,
    same_title=numbers,
    lanes=st.just({}) | st.just({"centre": ("bath", "spa")}),
)
copies = st.builds(
    Stray,
    owner=st.sampled_from(["north", "south"]),
    home=branches,
    item_type=st.sampled_from(["dvd", "book"]),
    floats=st.booleans(),
    away_since_us=st.none() | st.integers(0, 60).map(lambda days: TUESDAY - days * DAY_US),
)


@pytest.mark.case(28)
@pytest.mark.row(33)
@given(copies, branches, networks)
def test_the_same_is_decided_again_and_in_whatever_order_the_branches_come(
    copy: Stray, here: str, known: Shelves
) -> None:
    backwards = Shelves(
        known.floating, known.member_of, lambda: dict(reversed(MEMBERS.items())), known.guests, known.same_title
    )
    assert place(copy, here, TUESDAY, known) == place(copy, here, TUESDAY, known)
    assert place(copy, here, TUESDAY, known) == place(copy, here, TUESDAY, backwards)


@pytest.mark.case(28)
@pytest.mark.row(33)
@given(copies, branches, networks)
def test_no_copy_is_sent_to_or_left_at_a_branch_that_is_excluded_or_full_while_another_has_room(
    copy: Stray, here: str, known: Shelves
) -> None:
    placed = place(copy, here, TUESDAY, known)
    at = here if placed.to is None else placed.to
    if at == copy.home or known.floating.walks(at, copy.home):
        return
    # Anything else than home is a place where it floats, and there is room for it there.
    group = known.floating.group_of(owner=copy.owner, item_type=copy.item_type, floats=copy.floats)
    assert group is not None
    assert group.allows(at, MEMBERS[at])
    assert is_fit(copy, at, known)


@pytest.mark.case(28)
@pytest.mark.row(33)
@given(copies, branches, networks)
def test_a_copy_that_was_sent_somewhere_stays_there_when_it_arrives(copy: Stray, here: str, known: Shelves) -> None:
    placed = place(copy, here, TUESDAY, known)
    if placed.to is not None:
        assert placed.to != here
        assert place(copy, placed.to, TUESDAY, known).to is None


@pytest.mark.row(33)
@given(copies, branches, networks)
def test_a_copy_goes_home_for_want_of_room_only_if_every_other_allowed_branch_is_as_full(
    copy: Stray, here: str, known: Shelves
) -> None:
    placed = place(copy, here, TUESDAY, known)
    if not decisive(placed).startswith(f"float.goes-on {copy.home} ") or is_fit_home(copy, known):
        return
    group = known.floating.group_of(owner=copy.owner, item_type=copy.item_type, floats=copy.floats)
    assert group is not None
    others = [b for b, member in MEMBERS.items() if b not in (here, copy.home) and group.allows(b, member)]
    assert not any(is_fit(copy, branch, known) for branch in others)


def is_fit_home(copy: Stray, known: Shelves) -> bool:
    """Whether home has room by its own limits, as any other branch."""
    guest = Stray(copy.owner, "", copy.item_type, copy.floats, copy.away_since_us)
    group = known.floating.group_of(owner=copy.owner, item_type=copy.item_type, floats=copy.floats)
    limit = known.floating.limit(copy.home, guest.item_type)
    has_room = limit is None or known.guests().get(copy.home, 0) < limit
    few = group is None or group.title_copies is None or known.same_title().get(copy.home, 0) < group.title_copies
    return has_room and few
