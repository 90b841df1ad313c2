"""Data sources that say where a provider works: known where the configuration leaves no other answer."""

from __future__ import annotations

from typing import Final

import pytest

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Sensitive
from tests.unit.sources.hcl.configurations import configured, evaluated, group, rules_of

DATA: Final = 'data "aws_region" "r" {}\ndata "aws_partition" "p" {}\ndata "aws_caller_identity" "c" {}\n'


def provider(*lines: str) -> str:
    inner = "\n  ".join(lines)
    return f'provider "aws" {{\n  {inner}\n}}\n{DATA}'


IRELAND: Final = 'region = "eu-west-1"'


@pytest.mark.parametrize(
    ("expression", "known"),
    [
        ("data.aws_region.r.name", "eu-west-1"),
        ("data.aws_region.r.id", "eu-west-1"),
        ("data.aws_region.r.region", "eu-west-1"),
        ("[data.aws_region.r][0].name", "eu-west-1"),
        ("data.aws_partition.p.partition", "aws"),
        ("data.aws_partition.p.dns_suffix", "amazonaws.com"),
        ("data.aws_partition.p.reverse_dns_prefix", "com.amazonaws"),
    ],
)
def test_region_and_partition_are_those_of_the_provider(expression: str, known: str) -> None:
    assert evaluated(expression, provider(IRELAND)) == known


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ("cn-northwest-1", "aws-cn", "amazonaws.com.cn"),
        ("il-central-1", "aws", "amazonaws.com"),
    ],
)
def test_the_partition_is_told_by_the_region(region: str, partition: str, suffix: str) -> None:
    both = 'join(" ", [data.aws_partition.p.id, data.aws_partition.p.dns_suffix])'
    assert evaluated(both, provider(f'region = "{region}"')) == f"{partition} {suffix}"


@pytest.mark.parametrize("region", ["us-iso-east-1", "eusc-de-east-1", "mars-north-1", "eu-west-1a"])
def test_the_partition_of_another_region_is_not_known(region: str) -> None:
    assert isinstance(evaluated("data.aws_partition.p.id", provider(f'region = "{region}"')), Unresolved)


@pytest.mark.parametrize(
    ("lines", "account"),
    [
        (('allowed_account_ids = ["111122223333"]',), "111122223333"),
        (('assume_role {\nrole_arn = "arn:aws:iam::111122223333:role/ci/deploy"\n}',), "111122223333"),
        (
            ('assume_role_with_web_identity {\nrole_arn = "arn:aws:iam::111122223333:role/deploy"\n}',),
            "111122223333",
        ),
        (
            ("allowed_account_ids = [111122223333]", "default_tags {\ntags = {}\n}"),
            "111122223333",
        ),
    ],
)
def test_the_account_is_known_where_there_is_one_only(lines: tuple[str, ...], account: str) -> None:
    assert evaluated("data.aws_caller_identity.c.account_id", provider(IRELAND, *lines)) == account
    assert evaluated("data.aws_caller_identity.c.id", provider(IRELAND, *lines)) == account


ROLE: Final = 'assume_role {\nrole_arn = "arn:aws:iam::111122223333:role/deploy"\n}'


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        ("data.aws_region.r.name", ()),
        ("data.aws_region.r.name", ("region = var.region",)),
        ("data.aws_region.r.name", ('region = ""',)),
        ("data.aws_region.r.description", (IRELAND,)),
        ("data.aws_region.r.endpoint", (IRELAND,)),
        ("data.aws_partition.p.partition", ('profile = "x"',)),
        ("data.aws_caller_identity.c.account_id", (IRELAND,)),
        ("data.aws_caller_identity.c.arn", (IRELAND, ROLE)),
        (
            "data.aws_caller_identity.c.account_id",
            ('allowed_account_ids = ["111122223333", "444455556666"]',),
        ),
        ("data.aws_caller_identity.c.account_id", ('allowed_account_ids = ["444455556666"]', ROLE)),
        ("data.aws_caller_identity.c.account_id", ("allowed_account_ids = [var.region]",)),
        ("data.aws_caller_identity.c.account_id", (ROLE, ROLE.replace("1111", "4444"))),
        ("data.aws_caller_identity.c.account_id", (ROLE, 'endpoints {\nsts = "http://localhost"\n}')),
        (
            "data.aws_caller_identity.c.account_id",
            ('dynamic "assume_role" {\nfor_each = [1]\ncontent {}\n}',),
        ),
        ("data.aws_caller_identity.c.account_id", ('assume_role {\nrole_arn = ""\n}',)),
    ],
)
def test_what_the_environment_decides_is_not_known(expression: str, lines: tuple[str, ...]) -> None:
    declarations = f'variable "region" {{}}\n{provider(*lines)}'
    assert isinstance(evaluated(expression, declarations), Unresolved)


@pytest.mark.parametrize(
    ("arguments", "known"),
    [
        ('name = "us-east-1"', "us-east-1"),
        ("region = local.other", "sa-east-1"),
        ("region = null", "eu-west-1"),
        ('endpoint = "ec2.us-east-1.amazonaws.com"', None),
        ('name = "us-east-1"\nregion = "us-east-1"', None),
        ("name = var.unset", None),
    ],
)
def test_a_region_that_is_asked_for_is_that_one(arguments: str, known: str | None) -> None:
    declarations = (
        f'provider "aws" {{\n{IRELAND}\n}}\nvariable "unset" {{}}\nlocals {{\nother = "sa-east-1"\n}}\n'
        f'data "aws_region" "asked" {{\n{arguments}\n}}\n'
    )
    found = evaluated("data.aws_region.asked.name", declarations)
    assert isinstance(found, Unresolved) if known is None else found == known


def test_without_a_provider_nothing_is_known() -> None:
    assert isinstance(evaluated("data.aws_region.r.name", DATA), Unresolved)


def test_a_sensitive_region_stays_so() -> None:
    declarations = 'variable "r" {\n default = "eu-west-1"\n sensitive = true\n}\n' + provider(
        "region = var.r"
    )
    for expression in ("data.aws_region.r.name", "data.aws_partition.p.id"):
        (record,) = configured(declarations + group(expression)).inventory.groups
        assert isinstance(record.body, dict)
        source = record.body["RulesSource"]
        assert isinstance(source, dict)
        assert isinstance(source["RulesString"], Sensitive), expression


def test_a_provider_that_depends_on_its_own_region_is_a_cycle() -> None:
    found = configured(provider("region = data.aws_region.r.name") + group("data.aws_region.r.name"))
    assert any("this refers to itself" in each.summary for each in found.diagnostics)
    assert isinstance(rules_of(found.inventory.groups[0]), Unresolved)


def test_what_another_provider_would_find_is_not_the_same_unknown_value() -> None:
    def found(*lines: str) -> object:
        declarations = 'variable "region" {}\ndata "aws_vpc" "v" {\n  tags = {\n    Name = "main"\n  }\n}\n'
        return evaluated("data.aws_vpc.v.cidr_block", declarations + provider(*lines))

    same = found(IRELAND)
    assert isinstance(same, Unresolved)
    assert found(IRELAND, "default_tags {\ntags = { a = 1 }\n}") == same
    for others in (('region = "eu-north-1"',), ("region = var.region",), (IRELAND, 'profile = "other"'), ()):
        assert found(*others) != same
