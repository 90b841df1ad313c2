"""Inputs that nobody would write, thousands a parser: each is read or refused in words, soon and in little memory."""
