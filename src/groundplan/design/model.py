"""The kinds of value that files written by people hold, with what is refused in each."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints

# Else pydantic looks into every installed package for plugins before it makes the first model.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

ID = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


def _visible(text: str) -> str:
    hidden = [c for c in text if unicodedata.category(c) in {"Cc", "Cf"} and c not in "\n\t\u200d"]
    if hidden:
        raise ValueError(f"holds an invisible control character (U+{ord(hidden[0]):04X})")
    return text


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _inside(text: str) -> str:
    if text.startswith(("/", "~")) or "\\" in text or ".." in text.split("/"):
        raise ValueError("must be a path inside the workspace, with / between its parts")
    return text


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000),
    AfterValidator(_visible),
]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_visible),
    AfterValidator(_one_line),
]
Id = Annotated[str, StringConstraints(pattern=ID, max_length=60)]
RelativePath = Annotated[Line, AfterValidator(_inside)]
Amount = Annotated[float, Field(strict=True, ge=0, le=1e12, allow_inf_nan=False)]
Number = Annotated[StrictInt, Field(ge=1, le=999)]


class Model(BaseModel):
    """What all parts of a design share: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
