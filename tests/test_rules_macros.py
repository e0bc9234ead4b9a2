"""Rules that hold what prose shows of the facts against the words round it."""

from __future__ import annotations

import pytest

from beehive import found

SETS = (
    "{% set dev = facts('dev', 3) %}\n{% set prod = facts('prod', 10) %}\n"
    "{% set store = dev.one('aws_db_instance') %}\n\n"
)
TABLE = "| | dev | production |\n|---|---|---|\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Dev has {{ dev.network.cidr }} and production {{ prod.network.cidr }}.", None),
        ("Dev has {{ prod.network.cidr }} and production {{ prod.network.cidr }}.",
         "this shows prod, and is told of dev"),
        ("{{ dev.network.cidr }} is in dev, {{ prod.network.cidr }} in production.", None),
        ("{{ store.id }} is in production.", "this shows dev, and is told of prod"),
        ("A store has {{ store.id }}.", None),
        ("**Production:** one. Its range is {{ dev.network.cidr }}.",
         "this shows dev, and is told of prod"),
        ("## Dev\n\n{{ cost('prod', 10) }}", "this shows prod, and is told of dev"),
        ("## Dev and production\n\n{{ cost('prod', 10) }}", None),
        ("## Dev\n\n### Ways\n\n{{ subnets('dev', 3) }}", None),
        ("## Dev\n\n### Ways\n\n{{ runbook('prod') }}", "this shows prod, and is told of dev"),
        ("## Local\n\n{{ runbook('local') }}", None),
        ("Production costs {{ phase(3).cost }}.", "this shows dev, and is told of prod"),
        (TABLE + "| Name | {{ store.id }} | {{ prod.one('aws_vpc').id }} |", None),
        (TABLE + "| Name | {{ [store.id, 1] | join }} | {{ store.id }} |",
         "this shows dev, and is told of prod"),
        (TABLE + "| Deep | {{ store.id }} | yes |", "'yes' is typed beside what is computed"),
        (TABLE + "| Days | {{ store.id }} | 30 days |",
         "'30 days' is typed beside what is computed"),
        (TABLE + "| Kept | {{ store.id }} | in a safe |", None),
        (TABLE + "| Kept | yes | no |", None),
        (TABLE + "| Open | {{ store.id }} | no port of any store |", None),
        ('{{ "no" if store.multi_az else "yes" }}', "this says no where it is so"),
        ('{{ "no" if not store.multi_az else "yes" }}', None),
        ("{{ costs() }}\n\n{{ cost('dev', 3) }}\n\n{{ cost('prod', 10) }}", None),
        ("{{ cost('dev', 3) }}\n\n{{ cost(\"dev\",3) }}",
         'cost("dev",3) stands on this page already'),
        ("```\n{{ cost('dev', 3) }}\n{{ cost('dev', 3) }}\n```", None),
    ],
)  # fmt: skip
def test_values_and_tables_of_another_environment(example, text, message):
    example.write("docs/network.md", f"{SETS}{text}\n")
    findings = found(example, "macros")
    assert [item.message for item in findings] == ([message] if message else [])
    last = 4 + f"{text}\n".count("\n")
    assert [item.line for item in findings] == ([last] if message else [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("As in {{ phase(3).link }}:\n\n{{ services(3) }}", None),
        ("As in {{ phase(3).link }}:\n\n{{ services(1) }}",
         "this shows phase 1, and is told of phase 3"),
        ("As in {{ phase(1).link }}:\n\n{{ observed(3) }}",
         "this shows phase 3, and is told of phase 1"),
        ("As in {{ phase(1).link }}:\n\n## What it calls\n\n{{ observed(3) }}", None),
        ("From {{ phase(1).link }} to {{ phase(3).link }}:\n\n{{ services(3) }}", None),
        ("That is phase 10:\n\n{{ picture('network', phase=3) }}",
         "this shows phase 3, and is told of phase 10"),
        ("In {{ phase(10).link }}, which dev never has:\n\n{{ cost('dev', 3) }}", None),
        ("Dev with everything in it costs {{ phase(3).cost }}.", None),
        ("Dev with everything in it costs {{ phase(1).cost }}.",
         "this shows phase 1, and dev is complete in phase 3"),
        ("### Dev, with everything in it\n\n{{ cost('dev', 1) }}",
         "this shows phase 1, and dev is complete in phase 3"),
        ("{% set dev = facts('dev', 1) %}With {{ phase(3).link }} it has {{ dev.network.cidr }}.",
         "this shows phase 1, and is told of phase 3"),
        ("{% set dev = facts('dev', 1) %}Until {{ phase(3).link }} it has {{ dev.network.cidr }}.",
         None),
        ("{% set dev = facts('dev', 3) %}With {{ phase(1).link }} it has {{ dev.network.cidr }}.",
         None),
    ],
)  # fmt: skip
def test_values_and_tables_of_another_phase(example, text, message):
    example.write("docs/network.md", f"## Parts\n\n{text}\n")
    assert [item.message for item in found(example, "macros")] == ([message] if message else [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ node('redis') }} is quick; it comes with {{ phase(3).link }}.", None),
        ("{{ node('shop') }} is slow. Its queue is not; it comes with {{ phase(10).link }}.", None),
        ("{{ node('redis') }} is quick; it comes with {{ phase(1).link }}.",
         "'redis' comes with phase 3, not with phase 1"),
        ("**{{ node('redis', 'The cache') }}** is quick. It comes with {{ phase(10).link }}: good.",
         "'redis' comes with phase 3, not with phase 10"),
        ("{{ node('redis') }} is quick. A queue comes with {{ phase(10).link }}.", None),
        ("In **{{ phase(1).link }}** Redis comes in front of it.",
         "'Redis' comes with phase 3, not with phase 1"),
        ("From {{ phase(10).link }} on, dev has a {{ node('aws_vpc.main') }}.",
         "'aws_vpc.main' comes with phase 1, not with phase 10"),
        ("Before {{ phase(3).link }} it is slow; from then on the Redis is quick.", None),
        ("{{ node('aws_vpc.main') }} has a queue that comes with {{ phase(10).link }}.", None),
        ("{{ node('redis') }} is quick, and comes with {{ phase(1).link }}.",
         "'redis' comes with phase 3, not with phase 1"),
        ("The {{ node('redis') }}, which comes with {{ phase(1).link }}, is quick.",
         "'redis' comes with phase 3, not with phase 1"),
        ("In {{ phase(10).link }} Redis is as it was.", None),
        ("From {{ phase(3).link }} on, dev has an Ingress.", None),  # which none has
    ],
)  # fmt: skip
def test_what_comes_with_another_phase(example, text, message):
    example.write("docs/network.md", f"{text}\n")
    assert [item.message for item in found(example, "macros")] == ([message] if message else [])
