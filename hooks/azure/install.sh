#!/bin/sh
# Install one release of nfw-reconcile into an environment of its own, and put it on the PATH of the steps after this.
set -eu

: "${NFW_VERSION:?name the release to install}"
python3 -m venv "$AGENT_TEMPDIRECTORY/nfw-reconcile"
"$AGENT_TEMPDIRECTORY/nfw-reconcile/bin/python" -m pip install --quiet --disable-pip-version-check \
  "nfw-reconcile==$NFW_VERSION"
printf '##vso[task.prependpath]%s\n' "$AGENT_TEMPDIRECTORY/nfw-reconcile/bin"
