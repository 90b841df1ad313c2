"""The one sentence of a result: what was cut, and whether it is proven gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import ExitCode
from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.report import naming
from nfw_reconcile.report.blocks import Tone
from nfw_reconcile.report.phrases import Phrase, count, data, joined, listed, say, sentence
from nfw_reconcile.report.plan_headline import Headline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.model.result_document import FirewallResult, ResultDocument, ZoneResult

_TONES: Final = {ExitCode.OK: Tone.GOOD, ExitCode.PARTIAL: Tone.CAUTION, ExitCode.BUSY: Tone.CAUTION}
_GOOD: Final = frozenset({ZoneState.VERIFIED, ZoneState.NOTHING})
_UNSURE: Final = frozenset({ZoneState.UNKNOWN, ZoneState.FAILED})


def result_headline(document: ResultDocument) -> Headline:
    """Say of all firewalls together what was cut."""
    results = document.firewalls
    if len(results) == 1:
        only = results[0]
        owner = sentence(naming.owner(only.firewall, only.policy))
        return Headline(say("{}: {}.", owner, _of_zones(only)), _tone(only.exit_code))
    if not results:
        return Headline(Phrase(("No firewall was touched.",)), _tone(document.exit_code))
    zones = [zone for result in results for zone in result.zones]
    words = "{} on {}{}."
    trouble = [
        Phrase((naming.name(result.firewall, result.policy),))
        for result in results
        if result.exit_code != ExitCode.OK
    ]
    tail = (
        say("; more is to be done for {}", listed(trouble))
        if trouble
        else Phrase((", and all of it is verified",))
    )
    return Headline(
        say(words, sentence(_done(zones)), count(len(results), "firewall"), tail), _tone(document.exit_code)
    )


def firewall_result_headline(result: FirewallResult) -> Headline:
    """Say what was cut on one firewall that has been named already."""
    return Headline(sentence(say("{}.", _of_zones(result))), _tone(result.exit_code))


def _tone(exit_code: int) -> Tone:
    return next((tone for code, tone in _TONES.items() if code == exit_code), Tone.BAD)


def _of_zones(result: FirewallResult) -> Phrase:
    zones = result.zones
    if not zones:
        done = result.exit_code == ExitCode.OK
        return Phrase(("nothing to flush" if done else "no zone was reached",))
    states = {zone.state for zone in zones}
    if states == {ZoneState.DRY_RUN}:
        return say("dry run, {} would be flushed; nothing was sent", count(_to_flush(zones), "flow"))
    told = [_done(zones), *_troubles(zones)]
    return joined(reversed(told) if ZoneState.UNKNOWN in states else told, "; ")


def _done(zones: Sequence[ZoneResult]) -> Phrase:
    """Say what was flushed, and what is known of it now."""
    flushed = sum(len(zone.flushed) for zone in zones)
    survivors = sum(len(zone.survivors) for zone in zones)
    if flushed and survivors:
        return say("{} flushed, {} still alive", count(flushed, "flow"), survivors)
    if flushed:
        words = "{} flushed and proven gone" if _proven(zones) else "{} flushed"
        return say(words, count(flushed, "flow"))
    if survivors:
        return say("{} still alive, nothing was flushed", count(survivors, "denied flow"))
    if all(zone.state in _GOOD for zone in zones):
        return say("no denied flow is alive ({} captured)", count(_captured(zones), "flow"))
    unsure = any(zone.state in _UNSURE for zone in zones)
    return Phrase(("no flush is confirmed" if unsure else "nothing was flushed",))


def _proven(zones: Iterable[ZoneResult]) -> bool:
    return all(zone.state is ZoneState.VERIFIED for zone in zones if zone.flushed)


def _troubles(zones: Sequence[ZoneResult]) -> list[Phrase]:
    """Name the zones that did not end well, by state; an unknown outcome comes last."""
    states = sorted(
        {zone.state for zone in zones} - _GOOD, key=lambda state: (state is ZoneState.UNKNOWN, state)
    )
    return [
        say(f"{state} in {{}}", listed(data(sorted({zone.zone for zone in zones if zone.state is state}))))
        for state in states
    ]


def _to_flush(zones: Iterable[ZoneResult]) -> int:
    return sum(zone.to_flush for zone in zones)


def _captured(zones: Iterable[ZoneResult]) -> int:
    return sum(zone.captured for zone in zones)
