from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.errors import NfwReconcileError
from nfw_reconcile.model.codec import canonical, sha256
from nfw_reconcile.pipeline.saved import document_bytes, saved_document
from nfw_reconcile.report import Format, render
from tests.fuzz.corpus import documents
from tests.fuzz.mutate import mutated_text, mutated_tree
from tests.fuzz.trials import assert_clear, try_all

if TYPE_CHECKING:
    from random import Random

    from tests.tiers import Tier

DOCUMENTS = documents()
TEXTS = [canonical(data).decode() for data in DOCUMENTS]


def test_damaged(tier: Tier) -> None:
    def read(text: str) -> None:
        if text in TEXTS:
            return
        with pytest.raises(NfwReconcileError) as refused:
            saved_document(text.encode(), "nfw.plan")
        assert refused.value.exit_code in {1, 3}
        assert_clear(refused.value)

    try_all(tier, lambda random: mutated_text(random, TEXTS), read)


def _sealed(random: Random) -> bytes:
    data = mutated_tree(random, DOCUMENTS)
    if isinstance(data, dict):
        data = {**data, "sha256": sha256({key: value for key, value in data.items() if key != "sha256"})}
    return canonical(data)


def test_forged_with_a_digest_that_fits(tier: Tier) -> None:
    def read(content: bytes) -> None:
        assert document_bytes(saved_document(content, "nfw.plan")) == content

    try_all(tier, _sealed, read, share=2)


@pytest.mark.parametrize("form", Format)
def test_forged_ones_can_be_shown(tier: Tier, form: Format) -> None:
    def read(content: bytes) -> None:
        document = saved_document(content, "nfw.plan")
        assert render(document, form)

    try_all(tier, _sealed, read, share=40)
