"""Terraform's values, types, operators and functions, on go-cty's rules."""
