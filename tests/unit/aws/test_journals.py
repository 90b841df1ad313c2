"""The journal in S3, held against moto's: conditions, fencing, what a lost reply leaves behind."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws

from nfw_reconcile.act.journal.events import RunFinished, RunResumed
from nfw_reconcile.act.journal.journal import RunJournal, note
from nfw_reconcile.act.journal.leases import LENGTH, SKEW, Holder, Leases
from nfw_reconcile.act.journal.lines import read_lines
from nfw_reconcile.act.journal.standing import interrupted, standings
from nfw_reconcile.act.waiting import Deadline
from nfw_reconcile.aws.client import Access
from nfw_reconcile.aws.journals import CONFLICT_TRIES, S3Store, s3_store
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.errors import FirewallLeased, JournalError, UsageError
from tests.unit.act.journal.samples import ARN, EVERY, RUN, STARTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.act.journal.events import Event

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


def lost_replies(client: Any, number: int) -> None:  # noqa: ANN401
    """Let the service do what the next requests ask for, and lose its replies."""
    left = [number]

    def lose(**_: object) -> None:
        if left[0]:
            left[0] -= 1
            raise ReadTimeoutError(endpoint_url="https://s3")

    client.meta.events.register("after-call.s3.PutObject", lose)


def conflicts(client: Any, number: int) -> None:  # noqa: ANN401
    """Let the next requests find another one for the same object under way; nothing is done then."""
    left = [number]

    def conflict(**_: object) -> None:
        if left[0]:
            left[0] -= 1
            code = "ConditionalRequestConflict"
            raise ClientError({"Error": {"Code": code, "Message": "try again"}}, "PutObject")

    client.meta.events.register("before-call.s3.PutObject", conflict)


def events_of(store: S3Store) -> list[Event]:
    return [line.event for line in read_lines(store.read(RUN), RUN)]


def test_a_line_that_was_kept_although_it_was_reported_lost_is_followed_by_the_next(
    client: Any,  # noqa: ANN401
    store: S3Store,
) -> None:
    made = journal(store, VirtualClock(), ONE)
    made.write(STARTED)
    lost_replies(client, 1)
    assert "cannot be written" in str(note(made, EVERY[1]))
    for event in EVERY[2:]:
        made.write(event)
    assert events_of(store) == list(EVERY)


def test_a_line_that_is_written_again_because_its_reply_was_lost_is_there_once(
    client: Any,  # noqa: ANN401
    store: S3Store,
) -> None:
    clock = VirtualClock()
    made = journal(store, clock, ONE)
    lost_replies(client, 1)
    assert note(made, STARTED) is not None
    clock.sleep(60)
    made.write(STARTED)
    made.write(EVERY[1])
    assert events_of(store) == [STARTED, EVERY[1]]


def test_another_request_under_way_is_no_proof_of_another_writer(
    client: Any,  # noqa: ANN401
    store: S3Store,
) -> None:
    made = journal(store, VirtualClock(), ONE)
    made.write(STARTED)
    conflicts(client, CONFLICT_TRIES - 1)
    made.write(EVERY[1])
    conflicts(client, CONFLICT_TRIES)
    assert "cannot be written" in str(note(made, EVERY[2]))
    made.write(EVERY[2])
    assert events_of(store) == list(EVERY[:3])


def test_a_line_that_comes_late_is_seen_by_the_second_next(client: Any, store: S3Store) -> None:  # noqa: ANN401
    """A request that was given up may still be carried out, after its line was looked for."""
    file, late = store.open(RUN), b'{"late":1}\n'
    conflicts(client, CONFLICT_TRIES)
    with pytest.raises(JournalError, match="cannot be written"):
        file.append(late)
    assert file.landed() is None
    client.put_object(Bucket=BUCKET, Key=f"nfw/prod/runs/{RUN}/00000001.json", Body=late)
    with pytest.raises(JournalError, match="kept only now"):
        file.append(LINE)
    assert file.landed() == late
    file.append(LINE)
    assert store.read(RUN) == late + LINE


def test_somebody_elses_line_is_not_taken_for_one_whose_reply_was_lost(
    client: Any,  # noqa: ANN401
    store: S3Store,
) -> None:
    first = journal(store, VirtualClock(), ONE)
    first.write(STARTED)
    conflicts(client, CONFLICT_TRIES)
    assert note(first, EVERY[1]) is not None
    journal(store, VirtualClock(), TWO, store.read(RUN)).write(RunResumed("0"))
    for _ in range(2):
        with pytest.raises(JournalError, match="another process has gone on"):
            first.write(EVERY[1])


def test_a_lease_whose_renewal_was_reported_lost_is_kept(client: Any, store: S3Store) -> None:  # noqa: ANN401
    clock = VirtualClock()
    held = Leases(store, clock, "a", ONE)
    held.acquire([ARN], Deadline.after(clock, 0))
    clock.sleep(150)
    lost_replies(client, 1)
    held.keep()
    for _ in range(3):
        clock.sleep(150)
        held.keep()
    held.release()
    Leases(store, clock, "b", TWO).acquire([ARN], Deadline.after(clock, 0))


def requests(client: Any) -> Counter[str]:  # noqa: ANN401
    """Count the requests from now on, by operation."""
    counted: Counter[str] = Counter()

    def count(model: Any, **_: object) -> None:  # noqa: ANN401
        counted[model.name] += 1

    client.meta.events.register("before-call.s3", count)
    return counted


def test_runs_that_are_settled_are_not_read_by_who_begins_another(client: Any, store: S3Store) -> None:  # noqa: ANN401
    clock = VirtualClock()
    for number in range(20):
        run = f"run-{number:02}"
        made = RunJournal(store, run, clock, Leases(store, clock, run, ONE))
        for event in (replace(STARTED, run=run), EVERY[1], RunFinished(0)):
            made.write(event)
    counted = requests(client)
    journal(store, clock, ONE).begin([ARN], Deadline.after(clock, 0))
    assert counted == {
        "ListObjectsV2": 2,
        "GetObject": 1,
        "PutObject": 1,
    }  # one to look at, one to take the lease
    assert len(standings(store)) == 20


def test_a_run_that_was_not_marked_as_settled_is_read_once(client: Any, store: S3Store) -> None:  # noqa: ANN401
    clock = VirtualClock()
    made = journal(store, clock, ONE)
    for event in EVERY:
        made.write(event)
    client.delete_object(Bucket=BUCKET, Key=f"nfw/prod/settled/{RUN}")
    assert store.unsettled_runs() == (RUN,)
    assert interrupted(store, [ARN]) == ()
    assert store.unsettled_runs() == ()


@pytest.mark.parametrize(
    "events", [(STARTED,), (STARTED, RunFinished(5)), (STARTED, RunFinished(5), RunResumed("0"))]
)
def test_a_run_that_can_be_resumed_is_never_marked_as_settled(
    store: S3Store, events: tuple[Event, ...]
) -> None:
    made = journal(store, VirtualClock(), ONE)
    for event in events:
        made.write(event)
    (found,) = interrupted(store, [ARN])
    assert found.run == RUN
    assert store.unsettled_runs() == (RUN,)


def test_a_run_with_a_gap_is_in_the_way_of_its_own_firewalls_only(client: Any, store: S3Store) -> None:  # noqa: ANN401
    made = journal(store, VirtualClock(), ONE)
    for event in EVERY[:4]:
        made.write(event)
    client.delete_object(Bucket=BUCKET, Key=f"nfw/prod/runs/{RUN}/00000003.json")
    assert interrupted(store, ["another"]) == ()
    with pytest.raises(JournalError, match=f"until s3://{BUCKET}/nfw/prod/runs/{RUN}/ is moved away"):
        interrupted(store, [ARN])


def test_a_damaged_lease_is_named(client: Any, store: S3Store) -> None:  # noqa: ANN401
    clock = VirtualClock()
    Leases(store, clock, "a", ONE).acquire([ARN], Deadline.after(clock, 0))
    (found,) = client.list_objects_v2(Bucket=BUCKET)["Contents"]
    client.put_object(Bucket=BUCKET, Key=found["Key"], Body=b"{}")
    with pytest.raises(JournalError, match=f"s3://{BUCKET}/{found['Key']} is damaged"):
        Leases(store, clock, "b", TWO).acquire([ARN], Deadline.after(clock, 0))


def test_a_lease_that_was_removed_meanwhile_is_not_swapped(client: Any, store: S3Store) -> None:  # noqa: ANN401
    assert store.swap_lease("x", None, b"1")

    def remove(**_: object) -> None:
        client.delete_object(Bucket=BUCKET, Key="nfw/prod/leases/x.json")

    client.meta.events.register_first("before-call.s3.PutObject", remove)
    assert not store.swap_lease("x", b"1", b"2")
    assert store.lease("x") is None


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
