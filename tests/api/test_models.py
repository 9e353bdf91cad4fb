"""Snapshots: ids in any spelling, and what changed between two of them."""

import pytest

from custom_components.parqex.api import SnapshotChange

from .records import device, door, parse_snapshot

BEFORE = [device("c1", door("d1"), door("d2")), device("c2", door("d3"))]


def test_access_points_are_ordered_as_they_are_wired() -> None:
    """Those without a position come first, by id."""
    doors = [door("c", entity_number=2), door("0", entity_number=1), door("b")]
    snapshot = parse_snapshot(
        {"devices": [device("c1", *doors, door("a")), device("c2", door("e"))]}
    )
    assert [one.id for one in snapshot.access_points_of("c1")] == ["a", "b", "0", "c"]
    assert snapshot.access_points_of("c3") == []
    assert [snapshot.lists(one) for one in ("c1", "e", "f")] == [True, True, False]


@pytest.mark.parametrize(
    ("now", "ids"),
    [
        (BEFORE, set()),
        ([device("c1", door("d1", state="OPEN"), door("d2")), BEFORE[1]], {"d1"}),
        ([BEFORE[0], device("c2", door("d3"), software_version="2")], {"c2"}),
        ([BEFORE[0], device("c2", door("d3"), active=False)], {"d3"}),
        ([BEFORE[0], device("c2", door("d4"))], {"d3", "d4"}),
        ([device("c2", door("d1"), door("d3"))], {"c1", "d1", "d2"}),
        ([*BEFORE, device("x", door("x"))], {"x"}),
        ([], {"c1", "c2", "d1", "d2", "d3"}),
    ],
)
def test_a_change_names_what_is_new_different_or_gone(
    now: list[object], ids: set[str]
) -> None:
    """Each id once, even if a controller and an access point share it."""
    first, second = (parse_snapshot({"devices": one}) for one in (BEFORE, now))
    change = SnapshotChange.between(first, second)
    assert (change.before, change.now) == (first, second)
    assert sorted(change.ids) == sorted(ids)
    assert set(SnapshotChange.between(second, first).ids) == ids
