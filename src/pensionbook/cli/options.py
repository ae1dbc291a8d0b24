"""How the command line writes down an option or an argument."""

from __future__ import annotations

from typing import Any

import typer


def option(*names: str, value: str, help: str, default: str | bool = False) -> Any:
    """An option that takes a value.

    Args:
        names: how it is written; by default as the parameter is called.
        value: what stands for its value in the help.
        default: what the help says where it is left out; nothing by default.
    """
    return typer.Option(*names, metavar=value, help=help, show_default=default)


def switch(name: str, help: str) -> Any:
    """An option that is there or not."""
    return typer.Option(name, help=help)


def argument(value: str, help: str) -> Any:
    """An argument that must be there."""
    return typer.Argument(metavar=value, help=help)
