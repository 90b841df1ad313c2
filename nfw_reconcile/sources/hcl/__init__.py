"""Terraform configuration in, the inventory of one revision out: nothing is run, and nothing is guessed."""
