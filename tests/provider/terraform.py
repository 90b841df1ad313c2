"""Run the real ``terraform`` on the stand-in provider, offline and with a clean environment.

>>> firm = StandIn(work)  # a world of its own
>>> firm.apply(Path("old"))  # what is there now
>>> firm.plan(Path("new"))  # `terraform show -json` of the change
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

PROVIDER: Final = "hashicorp/aws"
VERSION: Final = "6.0.0"
CHECKOUT: Final = Path(__file__).parents[2]
ENDPOINT: Final = "AWS_ENDPOINT_URL_NETWORK_FIREWALL"
"""The SDKs' own variable for the endpoint of this one service."""
TIMEOUT: Final = 120.0
"""Seconds for one run of terraform, which takes one or two."""

JsonObject = dict[str, Any]


class TerraformError(Exception):
    """Terraform said no; the message is its own."""


def unavailable() -> str | None:
    """Say what is missing to run Terraform on the stand-in; ``None`` where nothing is."""
    if shutil.which("terraform") is None:
        return "the terraform program is not on the PATH"
    if find_spec("tf") is None:
        return "the tf package is not installed: pip install '.[provider]'"
    return None


class StandIn:
    """One working directory: a provider mirror, a store of applied resources, and a state file."""

    def __init__(self, work: Path, endpoint: str | None = None) -> None:
        """Prepare ``work``, which must be empty and is the caller's to remove.

        With ``endpoint``, the firewall's own resource types are kept by the service at that URL. Raises
        :class:`TerraformError` where terraform does not run.
        """
        self._work = work
        self._config = work / "config"
        self._cli_config = work / "cli.tfrc"
        self._saved = work / "saved.tfplan"
        self._environment = {
            "CHECKPOINT_DISABLE": "1",
            "HOME": str(work / "home"),
            "PATH": os.defpath,
            "STAND_IN_STORE": str(self.store),
            "TF_CLI_CONFIG_FILE": str(self._cli_config),
            "TF_DATA_DIR": str(work / "data"),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
        }
        if endpoint is not None:
            keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
            self._environment |= {ENDPOINT: endpoint, **keys}
        self._terraform = shutil.which("terraform") or "terraform"
        (work / "home").mkdir()
        self._cli_config.touch()
        self._build_mirror()

    @property
    def store(self) -> Path:
        """The world as the provider sees it, as JSON: edit it to make it drift from the state."""
        return self._work / "store.json"

    def apply(self, configuration: Path) -> None:
        """Make the world as the directory ``configuration`` says; raises :class:`TerraformError`."""
        self._initialise(configuration)
        self._run("apply", "-auto-approve", "-no-color")

    def plan(self, configuration: Path, *options: str) -> JsonObject:
        """Plan the change to ``configuration``: its plan as ``terraform show -json`` gives it.

        ``options`` go to ``terraform plan``. Raises :class:`TerraformError`.
        """
        self._initialise(configuration)
        self._run("plan", "-no-color", f"-out={self._saved}", *options)
        return self._json("show", "-json", str(self._saved))

    def apply_planned(self) -> None:
        """Carry the last plan out, and nothing else; raises :class:`TerraformError`."""
        self._run("apply", "-no-color", str(self._saved))

    def state(self) -> JsonObject:
        """Give the state after the last apply as ``terraform show -json`` gives it."""
        return self._json("show", "-json")

    def _initialise(self, configuration: Path) -> None:
        """Copy the configuration, put the state beside it whatever its backend, and ``init``."""
        shutil.rmtree(self._config, ignore_errors=True)
        ignored = shutil.ignore_patterns(".terraform*", "*.tfstate*")
        shutil.copytree(configuration, self._config, ignore=ignored)
        override = 'terraform {\n  backend "local" {\n    path = "../terraform.tfstate"\n  }\n}\n'
        (self._config / "stand_in_override.tf").write_text(override, encoding="utf-8")
        self._run("init", "-no-color")

    def _build_mirror(self) -> None:
        """Lay the stand-in where ``terraform init`` looks for the provider, and nowhere else."""
        mirror = self._work / "mirror"
        system, machine = self._platform()
        home = mirror / self._source_address() / VERSION / f"{system}_{machine}"
        home.mkdir(parents=True)
        program = home / f"terraform-provider-aws_v{VERSION}"
        checkout, python = shlex.quote(str(CHECKOUT)), shlex.quote(sys.executable)
        command = f'PYTHONPATH={checkout} exec {python} -m tests.provider "$@"'
        program.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        program.chmod(0o755)
        self._cli_config.write_text(
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n',
            encoding="utf-8",
        )

    def _platform(self) -> tuple[str, str]:
        version = self._json("version", "-json")
        system, _, machine = str(version["platform"]).partition("_")
        return system, machine

    def _source_address(self) -> str:
        """Ask terraform for the full address of the provider, which holds its default registry."""
        probe = self._config / "probe.tf"
        self._config.mkdir()
        requirement = (
            f'terraform {{\n  required_providers {{\n    aws = {{ source = "{PROVIDER}" }}\n  }}\n}}\n'
        )
        probe.write_text(requirement, encoding="utf-8")
        listed = self._run("providers")
        found = re.search(rf"provider\[(\S+/{PROVIDER})\]", listed)
        if found is None:
            message = f"terraform providers does not name {PROVIDER}:\n{listed}"
            raise TerraformError(message)
        return found[1]

    def _json(self, *arguments: str) -> JsonObject:
        document: JsonObject = json.loads(self._run(*arguments))
        return document

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self._terraform, *arguments],
            cwd=self._config if self._config.is_dir() else self._work,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        if done.returncode != 0:
            message = f"terraform {' '.join(arguments)} gave {done.returncode}:\n{done.stdout}{done.stderr}"
            raise TerraformError(message)
        return done.stdout
