"""The journal in S3, held against moto's: conditions, fencing, what a lost reply leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from moto import mock_aws

from nfw_reconcile.act.journal.events import RunResumed
from nfw_reconcile.act.journal.journal import RunJournal
from nfw_reconcile.act.journal.leases import LENGTH, SKEW, Holder, Leases
from nfw_reconcile.act.journal.lines import read_lines
from nfw_reconcile.act.journal.standing import standings
from nfw_reconcile.act.waiting import Deadline
from nfw_reconcile.aws.client import Access
from nfw_reconcile.aws.journals import S3Store, s3_store
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.errors import FirewallLeased, JournalError, UsageError
from tests.unit.act.journal.samples import ARN, EVERY, RUN, STARTED

if TYPE_CHECKING:
    from collections.abc import Iterator

BUCKET: Final = "audit"
LINE: Final = b'{"a":1}\n'
ONE, TWO = Holder("machine-1", "1"), Holder("machine-2", "2")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        made = boto3.client("s3", region_name="us-east-1")
        made.create_bucket(Bucket=BUCKET)
        yield made


@pytest.fixture
def store(client: Any) -> S3Store:  # noqa: ANN401 - boto3 has no types
    return S3Store(client, BUCKET, "nfw/prod")


def journal(store: S3Store, clock: VirtualClock, holder: Holder, written: bytes = b"") -> RunJournal:
    return RunJournal(store, RUN, clock, Leases(store, clock, RUN, holder), written)


def test_what_is_written_is_read_back_by_anybody(client: Any, store: S3Store) -> None:  # noqa: ANN401
    made = journal(store, VirtualClock(), ONE)
    for event in EVERY:
        made.write(event)
    again = S3Store(client, BUCKET, "nfw/prod")
    assert again.runs() == (RUN,)
    assert tuple(line.event for line in read_lines(again.read(RUN), RUN)) == EVERY
    (found,) = standings(again)
    assert not found.resumable
    assert S3Store(client, BUCKET, "nfw").runs() == ()


def test_a_url_names_bucket_and_prefix(client: Any) -> None:  # noqa: ANN401, ARG001 - no real AWS
    access = Access(region="us-east-1")
    assert s3_store("s3://audit/nfw/prod/", access).name == "s3://audit/nfw/prod"
    assert s3_store("s3://audit", access).name == "s3://audit"
    with pytest.raises(UsageError, match="names no bucket"):
        s3_store("s3:///x", access)


def test_a_second_writer_of_a_run_is_told_at_its_first_line(store: S3Store) -> None:
    clock = VirtualClock()
    first = journal(store, clock, ONE)
    first.write(STARTED)
    second = journal(store, clock, TWO, store.read(RUN))
    second.write(RunResumed("0"))
    with pytest.raises(JournalError, match="another process has gone on"):
        first.write(EVERY[1])


def test_a_line_whose_reply_was_lost_is_not_taken_for_somebody_elses(store: S3Store) -> None:
    store.open(RUN).append(LINE)
    store.open(RUN).append(LINE)
    assert store.read(RUN) == LINE


def test_a_gap_shows(client: Any, store: S3Store) -> None:  # noqa: ANN401
    file = store.open(RUN)
    for _ in range(3):
        file.append(LINE)
    client.delete_object(Bucket=BUCKET, Key=f"nfw/prod/runs/{RUN}/00000002.json")
    with pytest.raises(JournalError, match="has a gap"):
        store.read(RUN)


def test_a_run_of_more_lines_than_a_page_of_the_listing(client: Any, store: S3Store) -> None:  # noqa: ANN401
    def two_a_page(params: dict[str, Any], **_: object) -> None:
        params["MaxKeys"] = 2

    client.meta.events.register("before-parameter-build.s3.ListObjectsV2", two_a_page)
    file = store.open(RUN)
    for _ in range(5):
        file.append(LINE)
    assert store.read(RUN) == LINE * 5


def test_plans_are_kept(store: S3Store) -> None:
    assert store.plan("0a") is None
    store.keep_plan("0a", b"plan")
    assert store.plan("0a") == b"plan"


def test_a_lease_is_swapped_only_if_it_is_as_it_was_read(store: S3Store) -> None:
    assert store.swap_lease("x", None, b"1")
    assert not store.swap_lease("x", None, b"2")
    assert not store.swap_lease("x", b"0", b"2")
    assert store.swap_lease("x", b"1", b"2")
    assert store.lease("x") == b"2"
    assert not store.swap_lease("y", b"0", b"2")


def test_a_run_of_another_machine_is_waited_for_until_its_lease_has_expired(store: S3Store) -> None:
    clock = VirtualClock()
    Leases(store, clock, "a", ONE).acquire([ARN], Deadline.after(clock, 0))
    with pytest.raises(FirewallLeased):
        Leases(store, clock, "b", TWO).acquire([ARN], Deadline.after(clock, 60))
    begun = clock.now()
    Leases(store, clock, "b", TWO).acquire([ARN], Deadline.after(clock, 1000))
    assert clock.now() - begun <= LENGTH + SKEW


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A"])
def test_a_name_that_could_be_another_key_is_refused(store: S3Store, name: str) -> None:
    with pytest.raises(JournalError, match="no name"):
        store.open(name).append(LINE)


def test_a_bucket_that_is_not_there_is_told(client: Any) -> None:  # noqa: ANN401
    nowhere = S3Store(client, "nowhere", "")
    for call in (nowhere.runs, lambda: nowhere.lease("x"), lambda: nowhere.open(RUN).append(LINE)):
        with pytest.raises(JournalError, match="Look at the bucket"):
            call()


def test_an_endpoint_that_cannot_be_reached_is_told() -> None:
    made = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    store = S3Store(made, BUCKET, "")
    for call in (store.runs, lambda: store.plan("0"), lambda: store.keep_plan("0", b"")):
        with pytest.raises(JournalError, match="cannot be"):
            call()
