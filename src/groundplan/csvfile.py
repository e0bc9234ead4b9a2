"""Tables in CSV that come with groundplan: known columns, none empty, each row with its line."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from groundplan.errors import InputError
from groundplan.files import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


def rows(path: Path, columns: Sequence[str], what: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of the table of `what` (`prices`) in `path` by `columns`, each with its line.

    Raises InputError with the line of what is no such table, or of a row that is incomplete.
    """
    reader = csv.DictReader(read_text(path).splitlines(), strict=True)
    try:
        if tuple(reader.fieldnames or ()) != tuple(columns):
            hint = f"its first line must be: {','.join(columns)}"
            raise InputError(f"this is not a table of {what}", hint=hint, file=path, line=1)
        for row in reader:
            if len(row) != len(columns) or not all(row.values()):
                message = f"a row has {len(columns)} columns, none empty"
                raise InputError(message, file=path, line=reader.line_num)
            yield reader.line_num, row
    except csv.Error as error:
        line = reader.reader.line_num
        raise InputError(f"this is not CSV: {error}", file=path, line=line) from None
