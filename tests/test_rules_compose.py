"""Rules that hold the Compose file, and the flow that was seen, against the design."""

from __future__ import annotations

from dataclasses import replace

import pytest

from beehive import found, only
from groundplan.observing import record, verdict


def test_compose(example):
    example.edit("docker-compose.yml", "REDIS_URL:-}", "REDIS_URL}")
    finding = only(example, "compose")
    assert finding.message == "the variable REDIS_URL is not set and has no default"
    assert (finding.file, finding.line) == (example.compose_file, 7)


def test_compose_profile_that_no_service_has(example):
    example.edit("design.yaml", "profiles: [cache]", "profiles: [cash]")
    findings = found(example, "compose-profile")
    assert [finding.severity for finding in findings] == ["error", "warning"]
    assert findings[0].message == "phase 3 switches on 'cash', a profile no service has"
    assert (findings[0].line, findings[0].hint) == (60, "did you mean 'cache'?")


def test_compose_profile_that_no_phase_switches_on(example):
    example.edit("docker-compose.yml", "profiles: [cache]", "profiles: [cache, extra]")
    finding = only(example, "compose-profile")
    assert finding.severity == "warning"
    assert finding.message == "no phase switches the profile 'extra' on"


def test_compose_variable(example):
    example.edit("design.yaml", "REDIS_URL:", "REDIS_URI:")
    finding = only(example, "compose-variable")
    assert finding.message == "phase 3 sets REDIS_URI, which the Compose file does not use"
    assert (finding.line, finding.hint) == (62, "did you mean 'REDIS_URL'?")


def test_compose_variable_of_what_runs_in_the_cloud(example):
    region = "  region: us-east-1\n"
    example.edit("design.yaml", region, f"{region}  environment: {{REDIS_URI: x}}\n")
    finding = only(example, "compose-variable")
    assert finding.message == "terraform sets REDIS_URI, which the Compose file does not use"
    assert finding.hint == "did you mean 'REDIS_URL'?"


def test_a_flow_that_was_seen_to_be_another(example):
    users = verdict.Line("users", "shop", 8080, "http", "seen")
    line = verdict.Line("shop", "db", 3306, "mysql", "unseen")
    seen = record.now(example, 1, verdict.Verdict((users, line), ()))
    record.save(example, seen)
    finding = only(example, "flow-observed")
    assert (finding.severity, finding.file) == ("error", example.root / "facts/observed.json")
    sound = verdict.Verdict((users, replace(line, status="seen")), ())
    record.save(example, replace(seen, verdict=sound))
    assert found(example, "flow-observed") == []
    example.edit("facts/observed.json", seen.date, "2001-01-01")
    assert only(example, "flow-observed").message == "this is not what was recorded"
    example.edit("facts/observed.json", "2001-01-01", seen.date)
    example.edit("docker-compose.yml", "name: beehive", "# A comment\nname: beehive")
    assert found(example, "flow-observed") == []
    example.edit("docker-compose.yml", "mysql:8.4", "mysql:8.0")
    finding = only(example, "flow-observed")
    assert finding.severity == "warning"
    assert finding.message == "The Compose file changed after the flow of phase 1 was seen"
    example.edit("docker-compose.yml", "MYSQL_HOST: db", "MYSQL_HOST: db.example.com")
    finding = only(example, "flow-observed")
    assert finding.message == "'shop' was seen to call 'db' at 3306 in phase 1; not told"
    assert (finding.severity, finding.file) == ("error", example.compose_file)
    example.edit("docker-compose.yml", "MYSQL_HOST: db.example.com", "MYSQL_HOST: db\n      A: b")
    example.edit("docker-compose.yml", 'expose: ["3306"]', 'expose: ["3306"]\n    ports: ["8:8"]')
    message = "'users' calls 'db' at 8 in phase 1; not in the record"
    assert [item.message for item in found(example, "flow-observed")] == [message]


def test_a_flow_that_was_seen_and_is_only_waited_for(example):
    lines = (
        verdict.Line("users", "shop", 8080, "http", "seen"),
        verdict.Line("shop", "db", 3306, "mysql", "seen", told_by=("environment MYSQL_HOST",)),
    )
    example.edit("docker-compose.yml", "build: shop", "build: shop\n    depends_on: [db]")
    record.save(example, record.now(example, 1, verdict.Verdict(lines, ())))
    assert found(example, "flow-observed") == []
    example.edit("docker-compose.yml", "MYSQL_HOST: db", "MYSQL_DATABASE: shop")
    finding = only(example, "flow-observed")
    assert finding.message == (
        "'shop' was seen to call 'db' at 3306 in phase 1; depends_on alone tells of it now"
    )
    assert (finding.severity, finding.file) == ("error", example.compose_file)


def test_a_call_to_elsewhere_is_right_as_long_as_a_setting_tells_of_it(example):
    told = "MYSQL_HOST: db\n      PAY_URL: https://pay.example.com\n"
    example.edit("docker-compose.yml", "MYSQL_HOST: db\n", told)
    lines = (
        verdict.Line("users", "shop", 8080, "http", "seen"),
        verdict.Line("shop", "db", 3306, "mysql", "seen"),
        verdict.Line("shop", "pay.example.com", 443, "https", "seen"),
    )
    record.save(example, record.now(example, 1, verdict.Verdict(lines, ())))
    assert found(example, "flow-observed") == []
    example.edit("docker-compose.yml", "https://pay.example.com", "''")
    assert "'shop' was seen to call 'pay.example.com'" in only(example, "flow-observed").message


def test_a_flow_that_was_seen_of_other_code(example):
    lines = (
        verdict.Line("users", "shop", 8080, "http", "seen"),
        verdict.Line("shop", "db", 3306, "mysql", "seen"),
    )
    code = example.root / "shop" / "app.py"
    code.parent.mkdir(exist_ok=True)
    code.write_text("one")
    record.save(example, record.now(example, 1, verdict.Verdict(lines, ())))
    assert found(example, "flow-observed") == []
    code.write_text("two")
    finding = only(example, "flow-observed")
    assert finding.severity == "warning"
    assert finding.message.startswith("What the services are built from changed after the flow")


@pytest.mark.parametrize(
    ("rule", "old", "new", "line", "message"),
    [
        ("image-version", "redis:7", "redis:latest", 13,
         "the image of 'redis' has no version: redis:latest"),
        ("image-version", "redis:7", "registry:5000/redis", 13,
         "the image of 'redis' has no version: registry:5000/redis"),
        ("flow-port", "MYSQL_HOST: db", "MYSQL_HOST: db:3307", 11,
         "'shop' calls 'db' at 3307, which opens 3306"),
        ("flow-port", "MYSQL_HOST: db", 'PORT: "9090"', 8,
         "'shop' publishes 8080, and is told to open 9090"),
        ("flow-name", "MYSQL_HOST: db", "REDIS_HOST: db", 6,
         "REDIS_HOST of 'shop' leads to 'db', and there is a 'redis'"),
        ("secret-granted", "MYSQL_HOST: db", "MYSQL_PASSWORD_FILE: /run/secrets/db", 6,
         "'shop' reads the secret 'db', which it is not given"),
        ("compose-password", "MYSQL_HOST: db", "MYSQL_PASSWORD: hunter2", 6,
         "MYSQL_PASSWORD of 'shop' stands in the file"),
        ("compose-password", "MYSQL_HOST: db", "DATABASE_URL: mysql://shop:hunter2@db/shop", 6,
         "DATABASE_URL of 'shop' stands in the file"),
        ("pod-rights", "build: shop", "build: shop\n    privileged: true", 5,
         "'shop' wants to be privileged, which no pod gets"),
        ("pod-rights", "build: shop", "build: shop\n    cap_add: [SYS_ADMIN]", 5,
         "'shop' wants the capability SYS_ADMIN, which no pod gets"),
        ("pod-rights", "build: shop", "build: shop\n    pid: host", 5,
         "'shop' wants the host's own processes, which no pod gets"),
        ("pod-rights", "build: shop", "build: shop\n    userns_mode: host", 5,
         "'shop' wants the host's own users, which no pod gets"),
        ("pod-rights", "build: shop", "build: shop\n    volumes: ['/:/host']", 5,
         "'shop' wants / of the host, which no pod gets"),
        ("pod-rights", "build: shop", "build: shop\n    volumes: ['/dev/mem:/dev/mem']", 5,
         "'shop' wants /dev/mem of the host, which no pod gets"),
        ("pod-rights", "build: shop", "build: shop\n    devices: ['/dev/fuse']", 5,
         "'shop' wants devices of the host, which no pod gets"),
        ("pod-rights", "build: shop", "build: shop\n    security_opt: ['seccomp:unconfined']", 5,
         "'shop' wants seccomp:unconfined, which no pod gets"),
        ("compose-password", "build: shop", "build: shop\n    command: run --password=hunter2", 5,
         "--password in the command of 'shop' gives a secret away"),
        ("mount-there", "build: shop", "build: shop\n    volumes: ['./rules.conf:/etc/r:ro']", 5,
         "'shop' reads rules.conf, which is not there"),
        ("store-network", 'expose: ["3306"]', 'expose: ["3306"]\n    networks: [edge]', 12,
         "'db' stands in the network 'edge', which leads outside"),
        ("store-follows", 'expose: ["3306"]',
         'expose: ["3306"]\n    environment: {MYSQL_SOURCE_HOST: shop}', 12,
         "the database 'db' is led to 'shop', which is none"),
        ("image-apart", "build: shop",
         "build: shop\n    image: shop:1\n  cart:\n    build: shop\n    image: cart:1", 4,
         "'cart' and 'shop' are one program under two names"),
        ("image-apart", "build: shop",
         "build: shop\n    image: shop:1\n  cart:\n    build: cart\n    image: shop:1", 5,
         "'cart' and 'shop' are built otherwise, and give one image: shop:1"),
        ("database-asked", "      MYSQL_HOST: db",
         "      MYSQL_HOST: db\n      MYSQL_DATABASE: shpo", 7,
         "'shop' asks for the database shpo; 'db' makes shop"),
        ("store-published", 'expose: ["3306"]', 'ports: ["3306:3306"]', 11,
         "the port 3306 of 'db' is open to everyone"),
    ],
)  # fmt: skip
def test_services_that_can_not_run_as_they_are_told(example, rule, old, new, line, message):  # noqa: PLR0917
    if rule == "store-network":
        more = "networks: {edge: {}, data: {internal: true}}\n"
        example.edit("docker-compose.yml", "services:\n", f"{more}services:\n")
        example.edit("docker-compose.yml", "build: shop", "build: shop\n    networks: [edge]")
        example.edit("docker-compose.yml", "redis:7", "redis:7\n    networks: [data]")
        line += 2
    if rule == "database-asked":
        more = "environment: {MYSQL_DATABASE: shop}"
        example.edit("docker-compose.yml", "image: mysql:8.4", f"image: mysql:8.4\n    {more}")
    example.edit("docker-compose.yml", old, new)
    finding = only(example, rule)
    assert (finding.message, finding.file, finding.line) == (message, example.compose_file, line)
    assert "hunter2" not in f"{finding}"


SHOP = "build: shop\n    image: shop:1\n"


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("pod-rights", "build: shop", "build: shop\n    volumes: ['/etc/localtime:/l', './a:/a']"),
        ("pod-rights", "build: shop", "build: shop\n    security_opt: ['no-new-privileges:true']"),
        ("compose-password", "build: shop", "build: shop\n    command: run --password=$$PASSWORD"),
        ("mount-there", "build: shop", "build: shop\n    volumes: ['./data:/data']"),
        ("store-network", 'expose: ["3306"]', 'expose: ["3306"]\n    networks: [edge]'),
        ("image-apart", "build: shop",
         f"{SHOP}  cart:\n    build: shop\n    image: shop:1\n    command: cart"),
        ("image-apart", "build: shop",
         f"{SHOP}  cart:\n    build: shop\n    image: cart:1\n    command: cart"),
        ("database-asked", "MYSQL_HOST: db", "MYSQL_HOST: db\n      MYSQL_DATABASE: shop"),
    ],
)  # fmt: skip
def test_services_that_may_be_as_they_are(example, rule, old, new):
    example.edit("docker-compose.yml", "services:\n", "networks: {edge: {}}\nservices:\n")
    example.edit("docker-compose.yml", old, new)
    assert found(example, rule) == []


def test_a_database_that_a_script_makes(example):
    settings = "environment: {MYSQL_DATABASE: shop}"
    mount = "volumes: ['./sql:/docker-entrypoint-initdb.d']"
    mysql, host = "image: mysql:8.4", "MYSQL_HOST: db"
    example.edit("docker-compose.yml", mysql, f"{mysql}\n    {settings}\n    {mount}")
    example.edit("docker-compose.yml", host, f"{host}\n      MYSQL_DATABASE: carts")
    example.write("sql/more.sql", "CREATE DATABASE orders;\n")
    assert only(example, "database-asked").severity == "error"
    example.write("sql/more.sql", "CREATE DATABASE carts;\n")
    assert found(example, "database-asked") == []


@pytest.mark.parametrize(
    ("asked", "script", "message"),
    [
        ("hive", "", None),
        ("root", "", None),  # every MySQL has it
        ("shop", "", "'shop' asks for the user shop; 'db' makes hive"),
        ("shop", "CREATE DATABASE shop;", "'shop' asks for the user shop; 'db' makes hive"),
        ("shop", "CREATE USER IF NOT EXISTS 'shop'@'%';", None),
    ],
)
def test_a_user_that_a_server_or_a_script_makes(example, asked, script, message):
    mount = "volumes: ['./sql:/docker-entrypoint-initdb.d']"
    mysql, host = "image: mysql:8.4", "MYSQL_HOST: db"
    made = "environment: {MYSQL_USER: hive}"
    example.edit("docker-compose.yml", mysql, f"{mysql}\n    {made}\n    {mount}")
    example.edit("docker-compose.yml", host, f"{host}\n      MYSQL_USER: {asked}")
    example.write("sql/users.sql", f"{script}\n")
    messages = [finding.message for finding in found(example, "database-asked")]
    assert messages == ([message] if message else [])


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        (".env.example", "# REDIS_URL=redis://redis:6379", None),
        (".env.example", "COMPOSE_PROFILES=cache", None),
        (".env.example", "SHOP_PORT=8080", None),  # no phase has one
        (
            ".env.example",
            "REDIS_URL=redis://redis:6380",
            "REDIS_URL is told to be 'redis://redis:6380'",
        ),
        (".env.example", "COMPOSE_PROFILES=cash", "COMPOSE_PROFILES is told to be 'cash'"),
        ("docker-compose.yml", "# Set REDIS_URL=redis://redis:6379.", None),
        ("docker-compose.yml", "# Set REDIS_URL=redis.", "REDIS_URL is told to be 'redis'"),
    ],
)
def test_settings_that_people_are_told_to_make(example, file, text, told):
    before = example.compose_file.read_text() if file == "docker-compose.yml" else ""
    example.write(file, f"{text}\n{before}")
    findings = found(example, "setting-told")
    message = f"{told} here, which no phase has"
    assert [(item.message, item.line) for item in findings] == ([(message, 1)] if told else [])
