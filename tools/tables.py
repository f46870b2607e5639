"""Tables of figures: printed, and written into a document between the marks that name them.

A document says `<!-- NAME -->` and `<!-- /NAME -->`; what stands between is replaced.
"""

import re
from pathlib import Path

import click


def write_table(text: str, name: str, document: Path | None) -> None:
    """Print a text, and put it between a document's marks."""
    click.echo(text)
    if document:
        whole = document.read_text("utf-8")
        between = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        new, found = between.subn(lambda m: f"{m[1]}\n{text}\n\n{m[2]}", whole)
        if not found:
            raise click.ClickException(f"{document} 里没有 <!-- {name} -->")
        document.write_text(new, "utf-8")
