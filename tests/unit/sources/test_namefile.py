from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import InputError
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.names import BlockName
from nfw_reconcile.sources.namefile import MOST_PROBLEMS, names_of, read_names

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    BlockName(Network.parse("10.0.1.0/24"), "checkout", "payments"),
    BlockName(Network.parse("10.0.2.7/32"), "batch"),
)


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        names_of(text, "names.csv")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("header", ["", "cidr,name,owner\n", "CIDR, Name\r\n", "\ufeffcidr,name\n"])
def test_rows_with_and_without_a_header(tmp_path: Path, header: str) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes(f"{header}10.0.1.0/24,checkout,payments\n\n 10.0.2.7 , batch ,\n".encode())
    assert read_names(path) == NAMES


def test_cells_may_be_quoted() -> None:
    (found,) = names_of('10.0.0.0/8,"a, ""b""\nc","team\r\nx"\n', "names.csv")
    assert (found.name, found.owner) == ('a, "b"\nc', "team\r\nx")


def test_host_bits_are_cleared() -> None:
    (found,) = names_of("10.9.9.9/8,x", "names.csv")
    assert str(found.block) == "10.0.0.0/8"


def test_everything_that_is_wrong_is_told_at_once_with_its_line() -> None:
    text = 'cidr,name\n10.0.0.0/8,"two\nlines"\n10.0.0.0/33,x\n10.0.0.0/8\n10.1.2.3/8,again\nname,,,\n10.1.0.0/16, ,o\n'
    remedy = " A row is cidr,name or cidr,name,owner, such as 10.0.1.0/24,checkout,payments"
    assert problems(text) == [
        f"names.csv:4: '10.0.0.0/33' does not appear to be an IPv4 or IPv6 network.{remedy}",
        f"names.csv:5: a row has 2 or 3 cells, and this one has 1.{remedy}",
        f"names.csv:6: 10.0.0.0/8 is named in line 2 already.{remedy}",
        f"names.csv:7: a row has 2 or 3 cells, and this one has 4.{remedy}",
        f"names.csv:8: the name is empty.{remedy}",
    ]


def test_a_name_and_an_owner_that_are_too_long_are_told_beside_a_block_that_is_none() -> None:
    found = problems(f"x,{'n' * 201},{'o' * 201}")
    assert [each.split(": ")[1][:24] for each in found] == [
        "the name has 201 charact",
        "the owner has 201 charac",
        "'x' does not appear to b",
    ]


@pytest.mark.parametrize("text", ['10.0.0.0/8,"x', '10.0.0.0/8,"x"y', f"10.0.0.0/8,{'x' * 200_000}"])
def test_what_is_no_csv_has_a_line(text: str) -> None:
    (problem,) = problems(f"10.1.0.0/16,y\n{text}")
    assert problem.startswith("names.csv:2: this is no CSV: ")


def test_endless_problems_are_counted() -> None:
    found = problems("x,y\n" * (MOST_PROBLEMS + 7))
    assert len(found) == MOST_PROBLEMS + 1
    assert found[-1].startswith("names.csv: there are 7 more problems.")


def test_bytes_that_are_no_text_have_a_line(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes(b"10.0.0.0/8,x\n10.1.0.0/16,\xff\n")
    with pytest.raises(InputError, match=r"names\.csv:2: byte 25 is not UTF-8"):
        read_names(path)


@given(st.text(alphabet=st.sampled_from('10./,"\n\r x:\u2028\x00\x1b'), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InputError):
        assert all(found.name for found in names_of(text, "x"))
