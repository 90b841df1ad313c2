"""A stand-in for the hashicorp/aws provider: the real Terraform plans and applies against it, offline.

``schemas`` (what a configuration may say) -> ``values`` (what a plan makes of it) -> ``cloud`` (what
AWS would fill in) -> ``servicer`` (Terraform's plugin protocol, version 6). ``terraform`` runs the
``terraform`` program on it; ``regenerate`` writes the plans of ``examples/``.

It is no model of AWS: it validates nothing that the schema does not say, and its state lives in one
JSON file.
"""
