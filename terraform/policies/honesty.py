"""What stands is what was planned: nothing is done beside the plan, and nothing let be."""

from __future__ import annotations

from groundplan.policy.custom import Planned, policy


@policy(
    "GP_NO_COMMANDS", "Terraform runs no commands of its own", "aws_*", "null_resource",
    "terraform_data", reads=("provisioner",), in_files=True,
)  # fmt: skip
def no_commands(resource: Planned) -> bool | None:
    """What a provisioner does is in no plan, and no policy sees it."""
    return None if resource.planned else not resource.blocks("provisioner")


@policy(
    "GP_NO_BLIND_EYE", "No change is overlooked whatever it is", "aws_*",
    reads=("lifecycle",), in_files=True,
)  # fmt: skip
def nothing_ignored(resource: Planned) -> bool | None:
    """With `ignore_changes = all` the files no longer say what there is, and a plan does not."""
    ignored = map(str, resource.block("lifecycle").every("ignore_changes"))
    return None if resource.planned else not {"all", "${all}"} & {*ignored}


@policy(
    "GP_FLOW_LOGS", "Flow logs have what was let through, and what was not", "aws_flow_log",
    reads=("traffic_type",),
)  # fmt: skip
def whole_traffic(log: Planned) -> bool:
    """Either half alone leaves open who talked to whom."""
    return log.get("traffic_type") == "ALL"
