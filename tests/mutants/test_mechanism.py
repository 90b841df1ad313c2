"""An error that is not put in, or a case that cannot notice it, is never taken for one that was noticed."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.engine.order import rank_of, state_left_by
from nfw_reconcile.engine.protocols import protocol_match
from nfw_reconcile.model.rule import Option
from tests.mutants.mechanism import Edit, Mutant, StaleError, Trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mutants.mechanism import Laboratory

TRANSPORTS: Final = Edit("engine.protocols:transports", "_TRANSPORTS.get(application, _TCP_UDP)", "_TCP_UDP")


def tls_is_tcp() -> None:
    assert protocol_match("tls").numbers == {6}


def tls_is_udp() -> None:
    assert protocol_match("tls").numbers == {17}


def priority_is_three() -> None:
    assert rank_of(()) == (0, 0, 0, 3)


def never_ends() -> None:
    while protocol_match("tls").numbers != {6}:
        pass


def is_skipped() -> None:
    pytest.skip("not here")


def ends_the_process() -> None:
    if protocol_match("tls").numbers != {6}:
        os._exit(1)


def trial(laboratory: Laboratory, *cases: Callable[[], None], edit: Edit = TRANSPORTS) -> Trial:
    mutant = Mutant("an error", edit, tuple(partial(case) for case in cases))
    return laboratory.try_out(mutant, patience=20)


def test_an_error_that_every_case_notices_is_killed(laboratory: Laboratory) -> None:
    assert trial(laboratory, tls_is_tcp).killed


def test_a_case_that_does_not_notice_it_is_told(laboratory: Laboratory) -> None:
    found = trial(laboratory, tls_is_tcp, priority_is_three)
    assert [name.rpartition(".")[2] for name in found.blind] == ["priority_is_three()"]
    assert not found.killed


def test_a_case_that_fails_anyway_is_told(laboratory: Laboratory) -> None:
    found = trial(laboratory, tls_is_tcp, tls_is_udp)
    assert [name.rpartition(".")[2] for name in found.broken] == ["tls_is_udp()"]
    assert not found.killed


@pytest.mark.parametrize(
    ("edit", "trouble"),
    [
        (Edit("engine.protocols:transports", "not in it", ""), "engine.protocols:transports holds 0 times: not in it"),
        (Edit("engine.protocols:transports", "_T", ""), "engine.protocols:transports holds 2 times: _T"),
        (Edit("engine.protocols:gone", "x", ""), "engine.protocols:gone is not there"),
        (Edit("engine.protocols:APPLICATIONS", "x", ""), "engine.protocols:APPLICATIONS is no function"),
        (
            Edit("engine.protocols:transports", "_TCP_UDP)", "_TCP_UDP"),
            "engine.protocols:transports is no Python any more with: _TCP_UDP",
        ),
        (Edit("engine.protocols:transports", "_TCP_UDP)", "_NOWHERE)"), "NameError: name '_NOWHERE' is not defined"),
    ],
)  # fmt: skip
def test_an_error_that_does_not_fit_the_code_is_told(
    edit: Edit, trouble: str, laboratory: Laboratory
) -> None:
    assert trial(laboratory, tls_is_tcp, edit=edit) == Trial(trouble=trouble)


@pytest.mark.parametrize(
    ("case", "trouble"),
    [
        (ends_the_process, "the process ended without an answer"),
        (is_skipped, "Skipped: not here"),
    ],
)
def test_a_trial_without_an_answer_is_told(
    case: Callable[[], None], trouble: str, laboratory: Laboratory
) -> None:
    assert trial(laboratory, case) == Trial(trouble=trouble)


def test_an_error_that_never_ends_is_told(laboratory: Laboratory) -> None:
    mutant = Mutant("an error", TRANSPORTS, (partial(never_ends),))
    assert laboratory.try_out(mutant, patience=1) == Trial(trouble="no answer within 1 s")


def test_an_error_that_nothing_is_to_notice_is_refused() -> None:
    with pytest.raises(ValueError, match="no case for: an error"):
        Mutant("an error", TRANSPORTS, ())


def test_an_error_is_taken_out_again() -> None:
    tls_is_tcp()
    with TRANSPORTS.made():
        assert protocol_match("tls").numbers == {6, 17}
    tls_is_tcp()


def test_all_callers_see_the_error_whatever_name_they_imported_the_function_by() -> None:
    option = Option("flowbits", "set,seen")
    edit = Edit("engine.order:_command", "return words[1] if", "return 'isset' if True or")
    before = state_left_by((option,))
    with edit.made():
        assert state_left_by((option,)) != before


def test_a_method_behind_a_decorator_is_found() -> None:
    with (
        pytest.raises(StaleError, match="holds 0 times"),
        Edit("engine.compiled:CompiledPolicy.deciding", "nothing like it", "").made(),
    ):
        pass
