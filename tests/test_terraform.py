"""Terraform, driven on a small configuration against the embedded AWS."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest

import roots
from groundplan import terraform
from groundplan.errors import InputError, RefusedError, ToolError
from groundplan.localcloud import Cloud, create_bucket
from groundplan.terraform import messages, recovery, sources, targets
from groundplan.terraform.command import Surroundings, run
from groundplan.workspace import Workspace
from roots import AWS, PLAIN

SLOW = """
import sys
from pathlib import Path
from groundplan import terraform
from groundplan.workspace import Workspace

def say(line):
    print(line, flush=True)

with terraform.opened(Workspace(Path(sys.argv[1])), "dev", on_line=say) as dev:
    plan = dev.plan(2)
    dev.apply(plan, terraform.Permit(plan.digest))
"""


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """A workspace with one small environment of two phases, and a cloud of its own."""
    monkeypatch.setenv("GROUNDPLAN_CLOUD_PORT", "0")
    roots.write(tmp_path, PLAIN)
    yield Workspace(tmp_path)
    terraform.cloud(Workspace(tmp_path)).down()


@pytest.fixture
def aws(workspace):
    """The same, with resources of AWS."""
    folder = workspace.environment("dev")
    (folder / "main.tf").write_text(AWS)
    shutil.copy(roots.REPOSITORY / "terraform/envs/dev/.terraform.lock.hcl", folder)
    return workspace


def apply(driver, plan):
    """Apply a plan as if it had passed policy."""
    driver.apply(plan, terraform.Permit(plan.digest))


def lines_of(changes):
    return {f"{change.action} {change.address}" for change in changes}


@pytest.mark.terraform
def test_plan_apply_plan_again_and_destroy(workspace):
    said = []
    with terraform.opened(workspace, "dev", on_line=said.append) as dev:
        plan = dev.plan(1)
        assert lines_of(plan.changes) == {'create terraform_data.this["cart"]'}
        assert plan.summary == "1 to create"
        assert dev.show_json(plan)["variables"] == {"applications": {"value": ["cart"]}}

        apply(dev, plan)

        assert any("Creation complete" in line for line in said)
        assert dev.is_current(1)
        assert dev.output() == {"applications": ["cart"]}, "and nothing that is sensitive"
        assert dev.plan(1).empty

    with terraform.opened(workspace, "dev") as dev:
        assert dev.is_current(1), "the embedded AWS has kept everything"
        done = dev.destroy(1)
        assert lines_of(done.changes) == {'delete terraform_data.this["cart"]'}
        assert not dev.is_current(1)
        assert dev.plan(1, destroy=True).empty
        assert {path.stem for path in (dev.folder / "logs").iterdir()} == {"init", "plan", "apply"}
    assert terraform.cloud(workspace).status() is None
    changed = {path.name for path in workspace.environment("dev").iterdir()}
    assert changed == {"main.tf", "phase-1.tfvars", "phase-2.tfvars"}


@pytest.mark.terraform
def test_only_the_plan_that_was_shown_is_applied(workspace):
    with terraform.opened(workspace, "dev") as dev:
        first = dev.plan(1)
        dev.plan(2).path.replace(first.path)
        with pytest.raises(RefusedError, match="not the one that was shown"):
            apply(dev, first)

        before = dev.plan(1)
        kept = before.path.with_suffix(".kept")
        shutil.copy(before.path, kept)
        apply(dev, before)
        kept.replace(before.path)
        with pytest.raises(RefusedError, match="out of date"):
            apply(dev, before)


@pytest.mark.terraform
def test_only_a_plan_that_passed_policy_and_of_the_files_as_they_are_is_applied(workspace):
    variables = workspace.variables_file("dev", 1)
    with terraform.opened(workspace, "dev") as dev:
        plan = dev.plan(1)
        for permit in (None, terraform.Permit("of another plan")):
            with pytest.raises(RefusedError, match="has not passed policy"):
                dev.apply(plan, permit)

        variables.write_text('applications = ["mail"]\n')
        with pytest.raises(RefusedError, match="files of dev have changed since") as error:
            apply(dev, plan)
        assert error.value.hint == "plan again: groundplan plan dev --phase 1"
        assert dev.state().get("values") is None, "nothing was applied"

        again = dev.plan(1)
        record = again.path.with_suffix(".plan.json")
        claims = {"destroy": True, "empty": True, "changes": []}
        record.write_text(json.dumps(json.loads(record.read_text()) | claims))
        assert dev.saved(1) == again, "what a plan does is read in the plan"
        with pytest.raises(RefusedError, match="has not passed policy"):
            dev.apply(dev.saved(1))
        apply(dev, dev.saved(1))
        with pytest.raises(RefusedError, match="no plan of dev, phase 1, is saved here"):
            dev.saved(1)
        empty = dev.plan(1)
        assert empty.empty
        dev.apply(empty)
        dev.apply(dev.plan(1, destroy=True))


@pytest.mark.terraform
def test_mistakes_in_the_files_are_told_with_their_place(workspace):
    main = workspace.environment("dev") / "main.tf"
    with terraform.opened(workspace, "dev") as dev:
        main.write_text(PLAIN.replace("  for_each = var.applications", "  for_each = var.apps"))
        with pytest.raises(InputError, match="undeclared input variable") as error:
            dev.plan(1)
        assert str(error.value.file).endswith("terraform/envs/dev/main.tf")
        assert PLAIN.splitlines()[error.value.line - 1] == "  for_each = var.applications"

        main.write_text(PLAIN + 'resource "terraform_data" {\n')
        with pytest.raises(InputError) as error:
            dev.plan(1)
        assert str(error.value.file).endswith("main.tf")
        assert error.value.line == len(PLAIN.splitlines()) + 1

        main.write_text(PLAIN)
        variables = workspace.variables_file("dev", 1)
        variables.write_text('applications = "cart"\n')
        with pytest.raises(InputError, match="applications") as error:
            dev.plan(1)
        assert str(error.value.file).endswith("phase-1.tfvars")

        variables.write_text('applications = ["cart"]\n')
        assert dev.plan(1).count("create") == 1, "mended, it works"


def test_a_phase_without_variables_is_told_before_anything_starts(workspace):
    with pytest.raises(InputError, match="there is no environment 'deb'") as error:
        terraform.opened(workspace, "deb").__enter__()
    assert error.value.hint == "did you mean 'dev'?"
    with terraform.opened(workspace, "dev") as dev:
        with pytest.raises(InputError, match="phase 3 has no variables") as error:
            dev.plan(3)
        assert str(error.value.file) == "terraform/envs/dev/phase-3.tfvars"


@pytest.mark.terraform
def test_a_locked_state_is_refused_at_once_and_can_be_freed(workspace):
    with terraform.opened(workspace, "dev") as dev:
        assert dev.lock() is None
        endpoint = terraform.cloud(workspace).status()
        state = f"{workspace.build_dir}/terraform/dev/local/data"
        assert Path(state).is_dir()
        holder = (
            '{"ID":"6f0e4b52-0000-0000-0000-000000000001","Operation":"OperationTypeApply",'
            '"Who":"ann@desk","Version":"1.11.4","Created":"2026-01-02T03:04:05Z","Path":"x"}'
        )
        put(endpoint, dev.target.bucket, "dev/terraform.tfstate.tflock", holder)

        with pytest.raises(RefusedError, match=r"locked by ann@desk since 2026-01-02.*\(apply\)"):
            dev.plan(1)
        lock = dev.lock()
        assert (lock.who, lock.operation) == ("ann@desk", "apply")
        dev.unlock(lock)

        assert dev.lock() is None
        assert dev.plan(1).count("create") == 1


def put(endpoint, bucket, key, body):
    boto3.client(
        "s3", endpoint_url=endpoint.url, region_name="us-east-1",
        aws_access_key_id="000000000000", aws_secret_access_key="embedded",
    ).put_object(Bucket=bucket, Key=key, Body=body.encode())  # fmt: skip


@pytest.mark.terraform
def test_ctrl_c_in_mid_apply_ends_in_good_order_and_the_next_run_gets_there(aws):
    with slow_apply(aws) as child:
        child.send_signal(signal.SIGINT)
        said, _ = child.communicate(timeout=60)

    assert child.returncode != 0
    assert "KeyboardInterrupt: terraform apply was interrupted, and ended in good order" in said
    assert terraform.cloud(aws).status() is None
    with terraform.opened(aws, "dev") as dev:
        assert dev.lock() is None
        assert not dev.is_current(2)
        apply(dev, dev.plan(2))
        assert dev.plan(2).empty


@pytest.mark.terraform
def test_killed_in_mid_apply_terraform_still_ends_what_it_began(aws):
    with slow_apply(aws) as child:
        child.kill()

    with terraform.opened(aws, "dev") as dev, pytest.raises(RefusedError) as error:
        dev.plan(2)
    assert "is locked by" in error.value.message
    assert "groundplan unlock dev" in error.value.hint
    assert terraform.cloud(aws).status(), "the orphan still uses it"
    with terraform.opened(aws, "dev") as dev:
        deadline = time.monotonic() + 60
        while dev.lock() and time.monotonic() < deadline:
            time.sleep(0.5)
        assert dev.plan(2).empty, "nothing was lost"


@pytest.mark.terraform
@pytest.mark.slow
def test_terraform_itself_killed_what_it_made_is_taken_in_by_the_next_run(aws):
    terraform.cloud(aws).up()
    with slow_apply(aws) as child:
        os.kill(child_of(child.pid), signal.SIGKILL)
        said, _ = child.communicate(timeout=60)
    assert "terraform was killed while it applied dev" in said

    lines = []
    with terraform.opened(aws, "dev", on_line=lines.append) as dev:
        assert not dev.state().get("values"), "nothing was saved yet"
        with pytest.raises(RefusedError, match="is locked by") as error:
            dev.plan(2)
        assert "groundplan unlock dev" in error.value.hint
        dev.unlock(dev.lock())

        plan = dev.plan(2)

        assert plan.empty, "all of it stands, and is known"
        assert {line.partition(" (")[0] for line in lines if "taken in" in line} == {
            'aws_ecr_repository.this["cart"]: taken in',
            'aws_ecr_repository.this["orders"]: taken in',
            "aws_vpc.this[0]: taken in",
        }
        apply(dev, plan)
        assert dev.plan(2).empty
        dev.destroy(2)


def child_of(parent):
    """The process that `parent` started and that is Terraform."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        name, _, rest = path.read_text().rpartition(") ")
        if rest.split()[1] == str(parent) and "terraform" in name:
            return int(path.parent.name)
    raise AssertionError("no Terraform runs")


def test_what_the_log_of_an_apply_tells():
    def line(type_: str, address: str, action: str, id_: str | None = None) -> str:
        hook = {"resource": {"addr": address}, "action": action}
        return json.dumps({"type": type_, "hook": hook | ({"id_value": id_} if id_ else {})})

    found = recovery.read([
        line("apply_start", "a.old", "delete"),
        line("apply_complete", "a.old", "delete"),
        line("apply_start", "a.made", "create"),
        line("apply_complete", "a.made", "create", "a-1"),
        line("apply_start", "module.m.a.saved", "create"),
        line("apply_complete", "module.m.a.saved", "create", "a-2"),
        line("apply_start", "a.begun", "create"),
        "not json", '{"half',
    ])  # fmt: skip
    module = {"resources": [{"address": "module.m.a.saved"}]}
    assert found.begun == ("a.begun",)
    assert found.lost({"values": {"root_module": {"child_modules": [module]}}}) == {"a.made": "a-1"}
    assert found.lost({}) == {"a.made": "a-1", "module.m.a.saved": "a-2"}


@contextmanager
def slow_apply(workspace):
    """An apply in a process of its own, at the moment when it is making a VPC."""
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, str(workspace.root)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as child:  # fmt: skip
        assert any("aws_vpc.this[0]: Creating" in line for line in child.stdout)
        time.sleep(1)
        yield child


# In Python: a shell can't trap what was ignored when it was started, as in the background it is.
POLITE = f"""\
#!{sys.executable}
import signal, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit("interrupted"))
print("begun", flush=True)
time.sleep(60)
"""


def test_a_last_line_without_an_end_is_not_lost(tmp_path):
    surroundings = Surroundings(env=os.environ, logs=tmp_path)
    result = run(["/bin/sh", "-c", "printf 'one\\ntwo'; exit 3"], str(tmp_path), surroundings)
    assert (result.returncode, result.lines) == (3, ("one", "two"))
    assert (tmp_path / "-c.log").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("how", ["signal", "stop"])
def test_a_command_is_interrupted_once_and_waited_for(tmp_path, how):
    binary = tmp_path / "terraform"
    binary.write_text(POLITE)
    binary.chmod(0o755)
    stop = threading.Event()
    lines = []

    def on_line(line: str) -> None:
        lines.append(line)
        if line == "begun":
            stop.set() if how == "stop" else os.kill(os.getpid(), signal.SIGTERM)

    surroundings = Surroundings(env=os.environ, logs=tmp_path, on_line=on_line, stop=stop)
    with pytest.raises(KeyboardInterrupt, match="terraform apply was interrupted"):
        run([str(binary), "apply"], str(tmp_path), surroundings)

    assert lines == ["begun", "interrupted"]


def test_the_bucket_of_the_states_has_one_name():
    made = (roots.REPOSITORY / "terraform/state/main.tf").read_text()
    rule = "${var.client}-terraform-state-${data.aws_caller_identity.current.account_id}"
    assert rule in made
    told = rule.replace("${var.client}", "harbour-lane")
    told = told.replace("${data.aws_caller_identity.current.account_id}", "111122223333")
    assert targets.state_bucket("Harbour Lane", "111122223333") == told


class TestAccount:
    """`aws` works on the stated account only. Another embedded AWS plays the real one."""

    @pytest.fixture
    def workspace(self, aws, tmp_path, monkeypatch):
        workspace = aws
        design = workspace.design_file
        stated = '  region: us-east-1\n  accounts: {dev: "111122223333"}\n'
        design.write_text(design.read_text().replace("  region: us-east-1\n", stated, 1))
        with Cloud(tmp_path / "real", port=0).running() as real:
            monkeypatch.setenv("AWS_ENDPOINT_URL", real.url)
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
            self.real = real
            yield workspace

    @pytest.mark.terraform
    def test_the_stated_account_is_worked_on(self, workspace, monkeypatch):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111122223333")
        bucket = targets.state_bucket(workspace.design.client.name, "111122223333")
        create_bucket(self.real, bucket, account="111122223333")

        with terraform.opened(workspace, "dev", "aws") as dev:
            assert (dev.target.account, dev.target.bucket) == ("111122223333", bucket)
            apply(dev, dev.plan(1))
            assert dev.plan(1).empty
        assert not (workspace.build_dir / "cloud").exists(), "the embedded one is left alone"

    def test_another_account_is_refused(self, workspace, monkeypatch):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "444455556666")
        with pytest.raises(RefusedError, match=r"111122223333, but .* are for 444455556666"):
            terraform.opened(workspace, "dev", "aws").__enter__()
        assert not (workspace.build_dir / "terraform").exists(), "nothing was begun"

    def test_an_environment_without_a_stated_account_is_refused(self, workspace):
        design = workspace.design_file
        design.write_text(design.read_text().replace("{dev: ", "{prod: "))
        with pytest.raises(RefusedError, match="does not say which AWS account 'dev' lives in"):
            terraform.opened(Workspace(workspace.root), "dev", "aws").__enter__()

    def test_no_credentials_are_told_with_a_way_to_get_some(self, workspace, monkeypatch):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", str(workspace.root))
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        with pytest.raises(ToolError, match="whose credentials") as error:
            terraform.opened(workspace, "dev", "aws").__enter__()
        assert "aws sso login" in error.value.hint


@pytest.mark.terraform
def test_a_provider_that_is_nowhere_is_told(aws, tmp_path, monkeypatch):
    (tmp_path / "m" / "registry.terraform.io" / "hashicorp" / "aws").mkdir(parents=True)
    monkeypatch.setenv("GROUNDPLAN_PROVIDER_MIRROR", str(tmp_path / "m"))
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "missing"))
    with (
        terraform.opened(aws, "dev") as dev,
        pytest.raises(ToolError, match="can't install its providers") as error,
    ):
        dev.plan(1)
    assert "GROUNDPLAN_PROVIDER_MIRROR" in error.value.hint


def test_the_digest_follows_all_that_terraform_reads(workspace):
    folder = workspace.environment("dev")
    module = workspace.root / "terraform" / "modules" / "network"
    module.mkdir(parents=True)
    before = sources.digest(workspace, "dev", 1)
    for path in (folder / "main.tf", folder / "phase-1.tfvars", module / "rules.json.tftpl"):
        path.write_text('locals { changed = "yes" }\n')
        now = sources.digest(workspace, "dev", 1)
        assert now != before, path
        before = now
    (folder / "phase-2.tfvars").write_text('another = "phase"\n')
    (module / "tests").mkdir()
    (module / "tests" / "main.tf").write_text("a = 1\n")
    (module / "README.md").write_text("# Network\n")
    assert sources.digest(workspace, "dev", 1) == before


HARMLESS = [
    ("# a comment\n\nname = 1", "name = 1"),
    ("name = 1 # a comment", "name = 1"),
    ("name    =  1", "name = 1"),
    ("// a comment\n  name = 1", "name = 1"),
    ('name = "a"   # why', 'name = "a"'),
    ('name = 1 # a "comment"', "name = 1"),
    ("/* a\ncomment */ name = 1 /* and another */", "name = 1"),
    ("names = [\n  1, # one\n  2,\n]", "names = [1, 2]"),
    ("sizes = {\n  a = 1\n  b = 2\n}", "sizes = { b = 2, a = 1 }"),
    ("name = max(\n  1,\n  2,\n)", "name = max(1, 2)"),
    ("name = 1 - 2", "name = 1 -2"),
]
HARMFUL = [
    ('name = "a # b"', 'name = "a"'),
    ('name = "a  b"', 'name = "a b"'),
    ('name = "${join("# a", x)}"', 'name = "${join("# b", x)}"'),
    ("name = <<-EOT\n# a\nEOT", "name = <<-EOT\n# b\nEOT"),
    ("name = <<-EOT\n  a\n  b\nEOT", "name = <<-EOT\n  a\nb\nEOT"),
    ('name = "${a} b"', 'name = "${a}b"'),
    ("names = [1, 2]", "names = [2, 1]"),
    ("names = [[1], 2]", "names = [[1, 2]]"),
    ("name = 1 + 2", "name = 1 - 2"),
    ("name = { # no HCL", "name = {"),
]


@pytest.mark.parametrize(("one", "other", "same"), [
    *((*pair, True) for pair in HARMLESS), *((*pair, False) for pair in HARMFUL),
])  # fmt: skip
def test_the_digest_does_not_follow_comments_and_spaces(workspace, one, other, same):
    main = workspace.environment("dev") / "main.tf"
    digests = []
    for text in (one, other):
        main.write_text(f"{text}\n")
        digests.append(sources.digest(workspace, "dev", 1))
    assert (digests[0] == digests[1]) is same


def test_what_is_no_json_is_not_lost(tmp_path):
    error = messages.error("plan", ("panic: oh no",), tmp_path, "dev")
    assert isinstance(error, ToolError)
    assert "panic: oh no" in error.message


def test_what_a_shown_plan_changes_is_what_terraform_said_while_it_was_made():
    made = [
        (["no-op"], {}, None), (["read"], {}, None), (["create"], {}, "create"),
        (["update"], {}, "update"), (["delete", "create"], {}, "replace"),
        (["create", "delete"], {}, "replace"), (["delete"], {}, "delete"),
        (["forget"], {}, "forget"), (["no-op"], {"previous_address": "a.b"}, "move"),
    ]  # fmt: skip
    for actions, more, wanted in made:
        shown = {"resource_changes": [{"address": "a.c", "change": {"actions": actions}, **more}]}
        assert [change.action for change in messages.shown_changes(shown)] == [wanted] * bool(
            wanted
        )
    imported = {"address": "a.c", "change": {"actions": ["no-op"], "importing": {"id": "x"}}}
    [change] = messages.shown_changes({"resource_changes": [imported]})
    assert change.action == "import"
