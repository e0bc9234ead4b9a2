"""Every resource says whose it is: without that, nobody can be asked and no cost be told apart."""

from __future__ import annotations

from groundplan.policy.custom import Planned, policy

REQUIRED = ("Client", "Environment", "ManagedBy", "Owner")


@policy(
    "GP_REQUIRED_TAGS", f"Has the tags {', '.join(REQUIRED)}", "aws_*",
    reads=("tags_all",), by_environment=True,
)  # fmt: skip
def required_tags(resource: Planned) -> bool | None:
    """All the required tags, and none of them empty."""
    if "tags_all" not in resource.values:
        return None  # a kind of resource that has no tags
    return all(resource.tags.get(name) for name in REQUIRED)
