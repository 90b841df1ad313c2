"""Run the stand-in as Terraform runs a provider: ``STAND_IN_STORE`` names its store."""

from __future__ import annotations

import os
from pathlib import Path

import tf.provider
import tf.runner

from tests.provider.servicer import Servicer
from tests.provider.store import Store


def main() -> None:
    """Serve until Terraform says to stop."""
    servicer = Servicer(Store(Path(os.environ["STAND_IN_STORE"])))
    # The runner offers no argument for the servicer: it calls its own class by this name.
    tf.provider.ProviderServicer = lambda _provider: servicer
    tf.runner.run_provider(None)


if __name__ == "__main__":
    main()
