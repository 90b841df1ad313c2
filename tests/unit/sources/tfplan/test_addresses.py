from __future__ import annotations

import pytest

from nfw_reconcile.sources.tfplan.addresses import (
    Step,
    key_text,
    longest,
    module_path,
    module_text,
    steps_of,
)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("aws_vpc.a.cidr_block", [Step("aws_vpc"), Step("a"), Step("cidr_block")]),
        ("aws_vpc.a[0]", [Step("aws_vpc"), Step("a", "[0]")]),
        ('aws_vpc.a["x.y[0]"].id', [Step("aws_vpc"), Step("a", '["x.y[0]"]'), Step("id")]),
        (r'm.a["q\"uote"]', [Step("m"), Step("a", r'["q\"uote"]')]),
        ("a.b[each.key]", [Step("a"), Step("b", "[each.key]")]),
        ("", []),
        ("a.[", []),
    ],
)
def test_addresses_are_cut_at_their_dots(text: str, steps: list[Step]) -> None:
    assert list(steps_of(text)) == steps


@pytest.mark.parametrize("address", ["module.a", 'module.a["x.y"].module.b[0]'])
def test_module_paths_come_back_as_written(address: str) -> None:
    assert module_text(module_path(address)) == f"{address}."


def test_root_module_is_the_empty_path() -> None:
    assert module_path(None) == ()
    assert module_text(()) == ""


@pytest.mark.parametrize(("index", "text"), [(None, ""), (0, "[0]"), ("k", '["k"]'), ('q"', r'["q\""]')])
def test_keys_are_written_as_terraform_does(index: int | str | None, text: str) -> None:
    assert key_text(index) == text


def test_shortened_references_are_left_out() -> None:
    references = ['x.y["k"].arn', 'x.y["k"]', "x.y", "x.yz.arn", "x.yz", 5]

    assert longest(references) == ['x.y["k"].arn', "x.yz.arn"]
