from __future__ import annotations

import pytest

from nfw_reconcile.report.units import age, size, total


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, "-"),
        (0, "0 B"),
        (640, "640 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (12_000, "12 kB"),
        (9_960, "10 kB"),
        (999_499, "999 kB"),
        (999_600, "1.0 MB"),
        (1_249_000_000, "1.2 GB"),
        (2**63 - 1, "9,223 PB"),
    ],
)
def test_sizes(number: int | None, shown: str) -> None:
    assert size(number).raw == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "-"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3_600, "1 h"),
        (3_659, "1 h"),
        (7_500, "2 h 5 min"),
        (259_200, "3 d"),
        (262_800, "3 d 1 h"),
        (100_000_000, "1,157 d 9 h"),
    ],
)
def test_ages(seconds: int | None, shown: str) -> None:
    assert age(seconds).raw == shown


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [([], None), ([None], None), ([1_000, 500], "1.5 kB"), ([1_000, None], "1.0 kB or more"), ([0], "0 B")],
)
def test_sums_say_where_a_number_is_missing(numbers: list[int | None], shown: str | None) -> None:
    found = total(numbers)
    assert (None if found is None else found.raw) == shown
