"""The journal: what was about to be sent is written down before it is sent, and what came of it right after.

``events`` are what it tells, ``lines`` how they are written, ``store`` and ``directory`` where they are kept,
``leases`` who may write, ``journal`` the writer, ``standing`` what is read out of it.
"""
