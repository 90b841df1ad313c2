from __future__ import annotations

import pytest

from nfw_reconcile.emulator.clock import DEMO_EPOCH, VirtualClock


def test_time_passes_only_by_sleeping() -> None:
    clock = VirtualClock()

    assert clock() == clock.now() == DEMO_EPOCH
    clock.sleep(1.5)
    assert clock() == DEMO_EPOCH + 1.5


def test_sleeping_backwards_is_refused_and_setting_back_is_not() -> None:
    clock = VirtualClock(100)

    with pytest.raises(ValueError, match="-1"):
        clock.sleep(-1)
    clock.advance(-40)
    assert clock.now() == 60
