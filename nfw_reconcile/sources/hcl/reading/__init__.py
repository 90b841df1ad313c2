"""Text in, syntax out: what Terraform's scanner and grammar make of a file, a template or an expression."""
