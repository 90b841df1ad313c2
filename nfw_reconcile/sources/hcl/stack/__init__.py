"""The modules of a configuration, their variables, locals and calls, evaluated when they are asked for."""
