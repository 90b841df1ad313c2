"""Run the stand-in as Terraform runs a provider: ``STAND_IN_STORE`` names its store.

Where ``AWS_ENDPOINT_URL_NETWORK_FIREWALL`` is set, the firewall's own resource types are kept by the service there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import tf.provider
import tf.runner

from tests.provider.servicer import Servicer
from tests.provider.store import Store
from tests.provider.terraform import ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.provider.api import Kind


def main() -> None:
    """Serve until Terraform says to stop."""
    store = Store(Path(os.environ["STAND_IN_STORE"]))
    servicer = Servicer(store, _served(store))
    # The runner offers no argument for the servicer: it calls its own class by this name.
    tf.provider.ProviderServicer = lambda _provider: servicer
    tf.runner.run_provider(None)


def _served(store: Store) -> Mapping[str, Kind]:
    if ENDPOINT not in os.environ:
        return {}
    from tests.provider.api import kinds  # noqa: PLC0415 - loads boto3, which most runs do without

    return kinds(store)


if __name__ == "__main__":
    main()
