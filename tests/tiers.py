"""How much a test run does: the same tests, with more or fewer random draws."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "NFW_TESTS"


class Tier(enum.StrEnum):
    """``quick`` for every change, ``full`` before it lands, ``soak`` for as long as it is let."""

    QUICK = "quick"
    FULL = "full"
    SOAK = "soak"

    @property
    def draws(self) -> int:
        """Give the number of random examples that one property is tried on."""
        match self:
            case Tier.QUICK:
                return 40
            case Tier.FULL:
                return 500
            case Tier.SOAK:
                return 10_000

    def runs(self, markers: frozenset[str]) -> bool:
        """Tell whether a test with these markers belongs to the tier: each tier holds the ones before it."""
        if Tier.SOAK in markers:
            return self is Tier.SOAK
        return Tier.FULL not in markers or self is not Tier.QUICK


def chosen_tier(environ: Mapping[str, str]) -> Tier:
    """Read the tier from ``NFW_TESTS``; quick where it is not set, ``ValueError`` where it is none."""
    return Tier(environ.get(VARIABLE) or Tier.QUICK)


def load_profile(tier: Tier) -> None:
    """Make the tier's profile Hypothesis's own.

    Nothing in it depends on how fast the machine is: there is no deadline, and slow data generation
    fails no test. A failure prints the blob that reproduces it. It is the same on every machine, with new
    draws in every run: left to itself, Hypothesis draws the same over and over where it takes the
    environment for that of a CI service.
    """
    settings.register_profile(
        tier,
        settings.get_profile("default"),
        max_examples=tier.draws,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    settings.load_profile(tier)
