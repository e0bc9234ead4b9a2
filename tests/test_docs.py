"""The reference of a Terraform module: what is read, and the bytes terraform-docs would write."""

from __future__ import annotations

import json
import stat
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan import reference
from groundplan.cli import main
from groundplan.errors import InputError, ToolError
from groundplan.reference import Settings, gojson, hcl, markdown
from groundplan.reference.settings import SECTIONS

ROOT = Path(__file__).parents[1]
FERRY = {
    "main.tf": """\
/**
 * Boats that cross the harbour.
 *
 * * one `berth_no` each
 */

terraform {
  required_version = ">= 1.11, < 2"

  required_providers {
    aws   = { source = "hashicorp/aws", version = "= 5.100.0" }
    buoys = { source = "registry.example.org/harbour/buoys", version = "~> 2" }
    time  = ">= 0.9"
  }
}

resource "aws_instance" "boat_house" {
  provider = aws.south
}

data "aws_ami" "newest" {}

resource "buoys_light" "red" {}

# terraform-docs-ignore
resource "time_sleep" "never" {}

module "pier" {
  source = "git::https://example.org/pier.git?ref=v1.2.0"
}

module "dock" {
  source  = "example/dock/aws"
  version = "3.0.0"
}
""",
    "variables.tf": """\
variable "ticket_price" {
  description = "Fare in cents | single, see https://example.org/fare_table.html and `fare_table`."
  type        = number
  default     = 250
}

# Whoever steers;
# has a licence.
variable "captain" {
  type = object({
    name = string
    kin  = optional(list(string), ["none"])
  })
}

variable "timetable" {
  description = <<-EOT
    Hours of the first and last boat.

      Sundays differ,
    as an _old_ rule has it:
    ```
    sunday_first = 9
    ```
  EOT
  default = {
    last  = 22.50
    first = 10
    notes = ["a \\"b\\"", null, true]
  }
}
""",
    "outputs.tf": """\
output "berth_no" {
  description = "Where it lies."
  value       = 7
}
""",
}
# Written by hand from what terraform-docs says of itself and shows in its own examples.
WRITTEN = """\
Boats that cross the harbour.

* one `berth_no` each

## Requirements

| Name | Version |
| ---- | ------- |
| <a name="requirement_terraform"></a> [terraform](#requirement\\_terraform) | >= 1.11, < 2 |
| <a name="requirement_aws"></a> [aws](#requirement\\_aws) | = 5.100.0 |
| <a name="requirement_buoys"></a> [buoys](#requirement\\_buoys) | ~> 2 |
| <a name="requirement_time"></a> [time](#requirement\\_time) | >= 0.9 |

## Providers

| Name | Version |
| ---- | ------- |
| <a name="provider_aws"></a> [aws](#provider\\_aws) | = 5.100.0 |
| <a name="provider_aws.south"></a> [aws.south](#provider\\_aws.south) | = 5.100.0 |
| <a name="provider_buoys"></a> [buoys](#provider\\_buoys) | ~> 2 |

## Modules

| Name | Source | Version |
| ---- | ------ | ------- |
| <a name="module_dock"></a> [dock](#module\\_dock) | example/dock/aws | 3.0.0 |
| <a name="module_pier"></a> [pier](#module\\_pier) | git::https://example.org/pier.git | v1.2.0 |

## Resources

| Name | Type |
| ---- | ---- |
| [aws_instance.boat_house](https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/instance) | resource |
| buoys_light.red | resource |
| [aws_ami.newest](https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/data-sources/ami) | data source |

## Inputs

| Name | Description | Type | Default | Required |
| ---- | ----------- | ---- | ------- | :------: |
| <a name="input_captain"></a> [captain](#input\\_captain) | Whoever steers; has a licence. | <pre>object({<br/>    name = string<br/>    kin  = optional(list(string), ["none"])<br/>  })</pre> | n/a | yes |
| <a name="input_ticket_price"></a> [ticket\\_price](#input\\_ticket\\_price) | Fare in cents \\| single, see https://example.org/fare_table.html and `fare_table`. | `number` | `250` | no |
| <a name="input_timetable"></a> [timetable](#input\\_timetable) | Hours of the first and last boat.<br/><br/>  Sundays differ,<br/>as an _old_ rule has it:<pre>sunday_first = 9</pre> | `map` | <pre>{<br/>  "first": 10,<br/>  "last": 22.5,<br/>  "notes": [<br/>    "a \\"b\\"",<br/>    null,<br/>    true<br/>  ]<br/>}</pre> | no |

## Outputs

| Name | Description |
| ---- | ----------- |
| <a name="output_berth_no"></a> [berth\\_no](#output\\_berth\\_no) | Where it lies. |"""  # noqa: E501


@pytest.fixture
def ferry(tmp_path):
    return module(tmp_path / "ferry", FERRY)


@pytest.fixture(autouse=True)
def no_terraform_docs(monkeypatch):
    """Whatever is installed here, our own renderer is meant."""
    monkeypatch.setattr("shutil.which", lambda _: None)


def module(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def rendered(folder: Path, **chosen: object) -> str:
    wanted = Settings(**chosen)
    return reference.render(reference.read(folder, wanted), wanted)


def inputs(tmp_path: Path, text: str, **chosen: object) -> str:
    folder = module(tmp_path / "one", {"variables.tf": text})
    return rendered(folder, sections=("inputs",), anchor=False, **chosen)


def test_everything_with_the_defaults(ferry):
    assert rendered(ferry) == WRITTEN


def test_a_module_of_nothing_says_so_for_each_section(tmp_path):
    folder = module(tmp_path / "empty", {"main.tf": "# nothing\n"})
    assert rendered(folder) == "\n\n".join(
        f"## {title}\n\nNo {title.lower()}."
        for title in ("Requirements", "Providers", "Modules", "Resources", "Inputs", "Outputs")
    )
    assert rendered(folder, hide_empty=True) == ""


def test_without_html_a_cell_is_one_line_of_markdown(ferry):
    text = rendered(ferry, sections=("inputs",), html=False, anchor=False, default=False)
    assert '| ```object({ name = string kin = optional(list(string), ["none"]) })``` |' in text
    assert "Sundays differ, as an _old_ rule has it: ```sunday_first = 9``` |" in text


def test_order_of_the_files_where_sorting_is_off(ferry):
    text = rendered(ferry, sections=("inputs",), sort=False, anchor=False, escape=False)
    assert [line.split()[1] for line in text.split("\n")[4:]] == [
        "ticket_price", "captain", "timetable",
    ]  # fmt: skip


def test_headings_of_another_level_and_closed(ferry):
    text = rendered(ferry, sections=("outputs",), indent=4, atx_closed=True)
    assert text.startswith("#### Outputs ####\n")


def test_data_sources_alone(ferry):
    text = rendered(ferry, sections=("data-sources",))
    assert "aws_ami" in text
    assert "aws_instance" not in text


def test_output_values_never_show_a_sensitive_one(ferry):
    values = {"berth_no": {"sensitive": True, "value": "s3cret"}}
    text = rendered(ferry, sections=("outputs",), anchor=False, output_values=values)
    assert text.endswith("| berth\\_no | Where it lies. | `<sensitive>` | yes |")


def test_lock_file_names_the_very_version(ferry):
    lock = 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.100.7"\n}\n'
    module(ferry, {".terraform.lock.hcl": lock})
    assert "[aws](#provider\\_aws) | 5.100.7 |" in rendered(ferry, sections=("providers",))
    assert "5.100.7" not in rendered(ferry, sections=("providers",), lock_file=False)


def test_footer_comes_from_a_file(ferry):
    module(ferry, {"end.md": "See\n```hcl\na_b = 1\n```\nand a_b.\n"})
    text = rendered(ferry, sections=("footer",), footer_from="end.md")
    assert text == "See\n```hcl\na_b = 1\n```\nand a\\_b."


def test_a_later_file_overrides(tmp_path):
    folder = module(tmp_path / "m", {
        "a_override.tf": 'variable "x" { default = 2 }\n', "b.tf": 'variable "x" { default = 1 }\n',
    })  # fmt: skip
    assert reference.read(folder).inputs[0].default == 2


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('""', '`""`'),
        ("null", "`null`"),
        ("0", "`0`"),
        ("-1.5", "`-1.5`"),
        ("24 * (60 + 0)", "`1440`"),
        ("1.0e21", "`1e+21`"),
        ("0.00001", "`0.00001`"),
        ("0.00000015", "`1.5e-7`"),
        ("100000000000000000000", "`100000000000000000000`"),
        ("[]", "`[]`"),
        ("{}", "`{}`"),
        ('"a|b_c"', '`"a|b_c"`'),
        ('"<b> $${x} %%{y}"', '`"<b> ${x} %{y}"`'),
        (r'"tab\tend\u00e9"', r'`"tab\tendé"`'),
        ('{ (1) = 2 }', None),
        ('{ b-c = 1, 2 = 3, "d e" : 4 }',
         '<pre>{<br/>  "2": 3,<br/>  "b-c": 1,<br/>  "d e": 4<br/>}</pre>'),
    ],
)  # fmt: skip
def test_defaults_are_json_as_go_writes_it(tmp_path, written, shown):
    text = f'variable "x" {{\n  default = {written}\n}}\n'
    if shown is None:
        with pytest.raises(InputError, match="literal"):
            inputs(tmp_path, text)
        return
    assert inputs(tmp_path, text, type=False).endswith(f"| x | n/a | {shown} | no |")


@pytest.mark.parametrize(
    ("description", "shown"),
    [
        ("plain a_b", r"plain a\_b"),
        ("_a_ and __b c__ end", r"\_a\_ and __b c__ end"),
        ("* star a_b", r"* star a\_b"),
        ("`code_a | b` | c", r"`code_a | b` \| c"),
        ("see https://x.example/a_b(c_d)_e, f_g.", r"see https://x.example/a_b(c_d)_e, f\_g."),
        ("s3://my_bucket", r"s3://my\_bucket"),
        (r"two\nlines", "two<br/>lines"),
        (r"para\n\n- a\n- b", "para<br/><br/>- a<br/>- b"),
        (r"x\n```\na_b\n```\ny", "x<pre>a_b</pre>y"),
        ("", "n/a"),
    ],
)  # fmt: skip
def test_descriptions_in_a_cell(tmp_path, description, shown):
    text = f'variable "x" {{\n  description = "{description}"\n}}\n'
    assert inputs(tmp_path, text, type=False, default=False, required=False).endswith(
        f"| x | {shown} |"
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('variable "x" {\n  default = = 1\n}\n', 2, "no valid HCL"),
        ('variable "x" {\n  default = file("a")\n}\n', 2, "literal"),
        ('variable "x" {\n  description = "a ${b}"\n}\n', 2, "literal"),
        ('variable "x" {\n  description = 1\n}\n', 2, "text in quotes"),
        ('resource "x" {\n}\n', 1, "needs a type and a name"),
        ("variable {\n}\n", 1, "needs a name"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, line, message):
    with pytest.raises(InputError, match=message) as caught:
        inputs(tmp_path, text)
    assert caught.value.file == tmp_path / "one" / "variables.tf"
    assert caught.value.line == line


def test_json_is_not_passed_over_in_silence(ferry):
    module(ferry, {"more.tf.json": "{}"})
    with pytest.raises(InputError, match="JSON"):
        reference.read(ferry)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from('variable "x_{}[]()=\n<EOT#/*\\$%`|1-,.'), max_size=60))
def test_no_text_at_all_ends_in_a_traceback(tmp_path_factory, text):
    folder = module(tmp_path_factory.getbasetemp() / "fuzz", {"main.tf": text})
    with suppress(InputError):
        rendered(folder)


@given(st.recursive(st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip  # noqa: E501
def test_go_json_is_json(value):
    assert json.loads(gojson.dumps(value)) == value
    assert json.loads(gojson.dumps(value, html=True)) == value


@given(st.text())
def test_a_cell_is_one_line_of_a_table(text):
    assert "\n" not in markdown.cell(text.replace("\r", ""), escape=True, html=True)


def test_types_are_shown_as_written():
    (block,) = hcl.parse(next((ROOT / "terraform" / "modules" / "network").glob("versions.tf")))
    assert block.kind == "terraform"
    assert block.attributes["required_version"].raw == '">= 1.11, < 2"'


# README.md


def test_reference_goes_between_the_marks_and_prose_stays(ferry):
    module(ferry, {"README.md": f"# Ferry\n\n{MARKED.format('old')}\n\nAfterword.\n"})
    assert reference.stale(ferry)

    assert reference.write(ferry)

    text = (ferry / "README.md").read_text()
    assert text == f"# Ferry\n\n{MARKED.format(WRITTEN)}\n\nAfterword.\n"
    assert not reference.stale(ferry)
    assert not reference.write(ferry)


MARKED = "<!-- BEGIN_TF_DOCS -->\n{}\n<!-- END_TF_DOCS -->"


def test_missing_readme_is_written(ferry):
    assert reference.stale(ferry)
    reference.write(ferry)
    assert (ferry / "README.md").read_text() == MARKED.format(WRITTEN)


def test_readme_without_marks_gets_the_reference_at_its_end(ferry):
    assert reference.injected("# Ferry\n", "words") == f"# Ferry\n\n{MARKED.format('words')}"


@pytest.mark.parametrize(
    "text",
    [
        "<!-- BEGIN_TF_DOCS -->",
        "<!-- END_TF_DOCS -->",
        "<!-- END_TF_DOCS --><!-- BEGIN_TF_DOCS -->",
    ],
)
def test_half_a_pair_of_marks_is_refused(text):
    with pytest.raises(InputError, match="missing"):
        reference.injected(text, "words")


def test_a_configuration_that_we_do_not_follow_is_refused(ferry):
    module(ferry, {".terraform-docs.yml": "formatter: markdown document\n"})
    with pytest.raises(InputError, match="only terraform-docs itself"):
        reference.write(ferry)


def test_no_module_is_no_empty_reference(tmp_path):
    with pytest.raises(InputError, match="no Terraform module"):
        reference.write(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        reference.stale(tmp_path / "nowhere")


def tool(folder: Path, version: str) -> Path:
    """A stand-in for terraform-docs that writes down what it was asked."""
    path = folder / "terraform-docs"
    path.write_text(
        f"#!{sys.executable}\nimport sys, pathlib\n"
        f"if sys.argv[1] == 'version': print('terraform-docs version v{version} linux')\n"
        "else: pathlib.Path(sys.argv[-1], 'README.md').write_text(' '.join(sys.argv[1:-1]))\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_terraform_docs_itself_is_used_where_it_is_installed(ferry, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: str(tool(tmp_path, "0.24.0")))
    assert reference.write(ferry)
    asked = "markdown table --output-file README.md --output-mode inject"
    assert (ferry / "README.md").read_text() == asked


def test_an_old_terraform_docs_would_write_other_tables(ferry, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: str(tool(tmp_path, "0.19.0")))
    with pytest.raises(ToolError, match=r"v0\.19\.0 writes other tables"):
        reference.write(ferry)


# The command


def run(monkeypatch, capsys, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["groundplan", "docs", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0), capsys.readouterr().out


def test_check_finds_a_stale_readme_and_writes_nothing(ferry, monkeypatch, capsys):
    readme = ferry / "README.md"
    assert run(monkeypatch, capsys, str(ferry), "--check") == (1, f"{readme}: stale\n")
    assert not readme.exists()

    assert run(monkeypatch, capsys, str(ferry)) == (0, f"{readme}: written\n")

    assert run(monkeypatch, capsys, str(ferry), "--check") == (0, f"{readme}: current\n")
    code, out = run(monkeypatch, capsys, str(ferry), "--check", "--json")
    assert (code, json.loads(out)) == (0, [{"file": str(readme), "stale": False}])


@pytest.mark.parametrize(
    "folder", reference.documented(ROOT / "terraform"), ids=lambda path: path.name
)
def test_the_modules_of_this_design_are_documented(folder):
    assert not reference.stale(folder), f"groundplan docs {folder.relative_to(ROOT)}"


def test_every_section_has_a_name():
    assert len(set(SECTIONS)) == 8
