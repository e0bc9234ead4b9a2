"""The steps of a customer's way through the application, as `design.yaml` tells them."""

from __future__ import annotations

import re
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, StrictInt, StringConstraints, model_validator

from groundplan.design.model import Line, Model

PATH: Final = r"^/"


def _one_group(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    if groups != 1:
        raise ValueError(f"has {groups} groups; the one that is kept is to be the only one")
    return pattern


Path = Annotated[Line, StringConstraints(pattern=PATH)]


class Step(Model):
    """One thing that a customer does, and what they see then."""

    name: Line
    """What the customer does, in a few words."""
    get: Path | None = None
    """The path of a page that is opened."""
    post: Path | None = None
    """The path that a form is sent to; redirects are followed."""
    form: dict[Line, str] = Field(default={})
    """The form's fields; `{key}` is what an earlier step kept under that name."""
    keep: dict[Line, Annotated[str, AfterValidator(_one_group)]] = Field(default={})
    """What later steps need of the page: a name, and a regular expression with one group."""
    expect: Line | None = None
    """A text that the page has."""
    status: Annotated[StrictInt, Field(ge=100, le=599)] = 200
    """The status of the answer."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.get is None) == (self.post is None):
            raise ValueError("needs either 'get' or 'post'")
        if self.form and self.post is None:
            raise ValueError("has a form, so it needs 'post'")
        return self
