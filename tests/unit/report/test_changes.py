from __future__ import annotations

from nfw_reconcile.model.plan_document import RuleChange, SettingChange
from nfw_reconcile.report.blocks import Changes, Section
from nfw_reconcile.report.changes import rule_changes, setting_changes
from tests import builders as make


def _lines(section: Section | None) -> list[str]:
    assert section is not None
    (block,) = section.blocks
    assert isinstance(block, Changes)
    return [f"{line.sign} {line.text.text}" for line in block.lines]


def _changes(*changes: RuleChange, most: int = 9) -> list[str]:
    return _lines(rule_changes(changes, most))


ONE = make.rule("pass tcp any any -> any 1 (sid:1;)", sid=1)
TWO = make.rule("pass tcp any any -> any 2 (sid:2;)", sid=2)


def test_nothing_changed() -> None:
    assert rule_changes((), 9) is None
    assert setting_changes(()) is None


def test_removed_before_changed_before_added_before_moved() -> None:
    same = make.rule("pass tcp any any -> any 3 (sid:3;)", sid=3)
    assert _changes(make.moved(same), make.added(TWO), make.changed(ONE, TWO), make.removed(ONE)) == [
        "- web sid 1: pass tcp any any -> any 1 (sid:1;)",
        "- web sid 1: pass tcp any any -> any 1 (sid:1;)",
        "+ web sid 2: pass tcp any any -> any 2 (sid:2;)",
        "+ web sid 2: pass tcp any any -> any 2 (sid:2;)",
        "  web sid 3: pass tcp any any -> any 3 (sid:3;) (moved)",
    ]


def test_a_rule_whose_text_is_the_same_is_shown_once_with_what_changed_it() -> None:
    assert _changes(make.changed(ONE, ONE, cause="$PARTNERS")) == [
        "  web sid 1: pass tcp any any -> any 1 (sid:1;) (means something else, because of $PARTNERS)"
    ]


def test_a_rule_without_sid_is_not_told_twice() -> None:
    generated = make.rule('pass tls any any -> any any (content:"x";)', sid=None)
    assert _changes(make.removed(generated)) == ['- web: pass tls any any -> any any (content:"x";)']


def test_what_is_left_out_is_counted() -> None:
    section = rule_changes((make.added(ONE), make.added(TWO)), 1)
    assert section is not None
    assert section.folded
    assert section.title == "Rule changes (2)"
    (block,) = section.blocks
    assert isinstance(block, Changes)
    assert block.rest is not None
    assert block.rest.raw == "and 1 more rule change"


def test_settings_are_sorted_and_a_sensitive_one_is_one_line() -> None:
    settings = (
        SettingChange("b", "(sensitive)", "(sensitive)", sensitive=True),
        SettingChange("a", "1", "2", sensitive=False),
    )
    assert _lines(setting_changes(settings)) == ["- a: 1", "+ a: 2", "  b: (sensitive)"]


def test_settings_that_look_the_same_because_of_what_was_taken_out_are_said_to_have_changed() -> None:
    setting = SettingChange("a", "(redacted)", "(redacted)", sensitive=False)
    assert _lines(setting_changes((setting,))) == ["  a: (redacted) (changed)"]
