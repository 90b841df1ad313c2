from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.model.inventory import GroupRecord
from nfw_reconcile.model.policy import GroupName
from nfw_reconcile.sources.pairing import Index, lacking, same

WORDS = st.sampled_from((None, "", "a", "b", "c"))
RECORDS = st.lists(
    st.builds(GroupRecord, st.builds(GroupName, st.just("x"), WORDS, WORDS, WORDS), st.booleans(), st.none()),
    max_size=6,
)


@given(RECORDS, RECORDS, RECORDS)
def test_what_is_lacking_is_what_is_the_same_as_nothing_that_is_there(
    have: list[GroupRecord], other: list[GroupRecord], offered: list[GroupRecord]
) -> None:
    expected: list[GroupRecord] = []
    for record in offered:
        if not any(same(record, found) for found in (*have, *other, *expected)):
            expected.append(record)
    assert lacking(have, other, offered) == expected


@given(RECORDS)
def test_an_index_gives_records_in_their_order(records: list[GroupRecord]) -> None:
    index = Index(records)
    for word in ("", "a", "b", "c"):
        assert index.by_arn.get(word, []) == [record for record in records if record.name.arn == word]
        assert index.by_address.get(word, []) == [r for r in records if r.name.address == word]
    assert [index.place(record) for record in records] == list(range(len(records)))
