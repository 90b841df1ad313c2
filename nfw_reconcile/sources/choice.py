"""What the user asks for by name, and the firewall that a policy is bound to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.config.settings import ANY_FIREWALL
from nfw_reconcile.errors import UsageError, error
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import FirewallRecord
from nfw_reconcile.model.policy import GroupName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nfw_reconcile.model.inventory import Inventory, PolicyChange


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user asks for: firewalls and a policy by name, ARN or address, and a stand-in for HOME_NET.

    ``configured`` are stand-ins by the name or the ARN of a firewall, ``*`` for all others; ``home_net`` goes before
    them.
    """

    firewalls: tuple[str, ...] = ()
    policy: str | None = None
    home_net: tuple[str, ...] = ()
    configured: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def configured_for(self, firewall: FirewallRecord | None) -> tuple[str, ...]:
        """Give the stand-in that is configured for a firewall, or for a policy without one; empty for none."""
        names = () if firewall is None else (firewall.name.arn, firewall.name.name, firewall.name.address)
        words = (*(name for name in names if name), ANY_FIREWALL)
        return next((self.configured[word] for word in words if word in self.configured), ())


NO_CHOICE: Final = Choice()


def chosen(
    changes: Sequence[PolicyChange], choice: Choice, old: Inventory, new: Inventory
) -> list[PolicyChange]:
    """Keep what the user named, and bind a policy without a firewall to one that the input does not hold.

    An ARN also names the firewall of its name whose own ARN the input does not know, as no configuration does; the
    firewall has it from then on. Raises ``UsageError`` for what names nothing, and where it is open which policy to
    bind. A firewall that the input deletes is known, and gives no change.
    """
    changes = _of_policy(changes, choice.policy)
    if not choice.firewalls:
        return changes
    words = tuple(dict.fromkeys(choice.firewalls))
    changes = _identified(changes, words)
    named = [c for c in changes if c.firewall is not None and _called(c.firewall.name, words)]
    known = [f.name for f in (*new.firewalls, *old.firewalls)] + [
        c.firewall.name for c in named if c.firewall
    ]
    strangers = [word for word in words if not any(_called(name, (word,)) for name in known)]
    if strangers:
        return [*named, *_bound(changes, strangers, new)]
    if choice.policy is not None and not named:
        summary = f"firewall {', '.join(words)} does not use policy {choice.policy}."
        raise UsageError(error(summary, None, "Leave one of --firewall and --policy out."))
    return named


def _called(name: GroupName, words: Iterable[str]) -> bool:
    return not {name.label, name.name, name.arn, name.address}.isdisjoint(words)


def _identified(changes: Sequence[PolicyChange], words: Iterable[str]) -> list[PolicyChange]:
    """Give firewalls the ARNs that name them, where each names one and nothing speaks against it."""
    found = list(changes)
    for word in words:
        if not word.startswith("arn:"):
            continue
        named = _firewall_named(word)
        fitting = [
            (place, each.firewall)
            for place, each in enumerate(found)
            if each.firewall is not None and _fits(each.firewall, named)
        ]
        if len(fitting) == 1:
            ((place, known),) = fitting
            name = replace(known.name, arn=word)
            whole = replace(known, name=name, account=named.account, region=named.region)
            found[place] = replace(found[place], firewall=whole)
    return found


def _fits(known: FirewallRecord, named: FirewallRecord) -> bool:
    """Say whether a firewall without an ARN may be the one that an ARN names."""
    return (
        known.name.arn is None
        and known.name.name == named.name.name
        and known.account in {None, named.account}
        and known.region in {None, named.region}
    )


def _of_policy(changes: Sequence[PolicyChange], wanted: str | None) -> list[PolicyChange]:
    if wanted is None:
        return list(changes)
    kept = [c for c in changes if c.new is not None and _called(c.new.policy.name, (wanted,))]
    if not kept:
        raise _no_such("policy", wanted, _policy_labels(changes))
    return kept


def _policy_labels(changes: Iterable[PolicyChange]) -> set[str]:
    return {change.new.policy.name.label for change in changes if change.new is not None}


def _bound(changes: Sequence[PolicyChange], words: Sequence[str], new: Inventory) -> list[PolicyChange]:
    """Bind the one policy without a firewall; beside firewalls of the input only an ARN says that it is meant."""
    free = [change for change in changes if change.firewall is None]
    labels = {firewall.name.label for firewall in new.firewalls}
    unclear = [word for word in words if labels and not word.startswith("arn:")]
    if unclear or not free:
        raise _no_such("firewall", (unclear or words)[0], labels)
    if len(free) > 1:
        names = ", ".join(sorted(_policy_labels(free)))
        summary = f"firewall {words[0]} is not in the input, and there are several policies: {names}."
        raise UsageError(error(summary, None, "Choose one with --policy."))
    return [replace(free[0], firewall=_firewall_named(word)) for word in words]


def _firewall_named(word: str) -> FirewallRecord:
    """Build a firewall from its ARN (``arn:PARTITION:network-firewall:REGION:ACCOUNT:firewall/NAME``) or name."""
    policy = Unresolved("firewall policy")
    if not word.startswith("arn:"):
        return FirewallRecord(GroupName(word, word), policy)
    parts = word.split(":", 5)
    name = parts[-1].removeprefix("firewall/")
    if len(parts) != 6 or parts[2] != "network-firewall" or name == parts[-1] or not name:
        summary = f"{word} is not the ARN of a firewall."
        raise UsageError(
            error(summary, None, "It looks like arn:aws:network-firewall:REGION:ACCOUNT:firewall/NAME.")
        )
    return FirewallRecord(GroupName(name, name, word), policy, account=parts[4], region=parts[3])


def _no_such(what: str, wanted: str, known: Iterable[str]) -> UsageError:
    names = ", ".join(sorted(known)) or "none"
    return UsageError(error(f"the input holds no {what} {wanted}.", None, f"It holds: {names}."))
