"""The command line `ql`: the only part that knows typer, rich and terminals."""
