"""What is said of flushed flows that are listed again where the stream exception policy is ``CONTINUE``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.forgotten import Forgetting
from nfw_reconcile.model.verdict import AfterFlush

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.act.sighting import JudgedFlow
    from nfw_reconcile.engine.compiled import CompiledPolicy

FORETOLD: Final = (
    "flushed flows are listed again, and CONTINUE may have let {count} of {all} live on, as the rules foretell: "
    "{causes} need not match what goes on without its beginning"
)
NOT_FORETOLD: Final = (
    "flushed flows are listed again, though by the rules none of them gets through, whoever speaks first: under "
    "CONTINUE that is no proof that they are gone"
)


def listed_again(seen: Sequence[JudgedFlow], policy: CompiledPolicy) -> str:
    """Say whether they may have lived on; which side of them began, the service does not say."""
    forgetting = Forgetting(policy)
    living = [
        flow
        for flow in seen
        if any(
            forgetting.after_flush(each) is AfterFlush.MAY_LIVE_ON
            for each in (flow.effect.flow, flow.effect.flow.reversed())
        )
    ]
    if not living:
        return NOT_FORETOLD
    causes = ", ".join(dict.fromkeys(str(flow.effect.new.cause) for flow in living))
    return FORETOLD.format(count=len(living), all=len(seen), causes=causes)
