"""What of a Compose file is taken for a secret, and what is not."""

from __future__ import annotations

import pytest

from groundplan.compose.secrecy import holds_key, in_command, in_file, is_secret

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"  # gitleaks:allow


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASS", "SMTP_PASS_1", "dbPassword", "MYSQL_PWD", "JWT_SIGNING_KEY", "ENCRYPTION_KEY",
        "APP_KEY", "apiKey", "AWS_SECRET_ACCESS_KEY", "SESSION_TOKEN", "SENTRY_DSN",
        "ConnectionStrings__Default", "SSH_PASSPHRASE", "ADMIN_PW", "PASSWORD_SALT", "GITHUB_PAT",
        "NEO4J_AUTH", "RABBITMQ_ERLANG_COOKIE",
    ],
)  # fmt: skip
def test_a_name_tells_a_secret(name):
    assert is_secret(name, "x")
    assert not is_secret(name, "")


@pytest.mark.parametrize(
    "name",
    ["PASSWORD_FILE", "SSH_KEY_PATH", "PGPASSFILE", "PWD", "OLDPWD", "PUBLIC_KEY", "KEYBOARD",
     "BYPASS_CACHE", "PASSENGER_APP_ENV", "MYSQL_USER", "TOKEN_TTL", "PASSWORD_MIN_LENGTH",
     "JWT_SECRET_EXPIRES", "SESSION_COOKIE", "POWER"],
)  # fmt: skip
def test_a_name_that_only_looks_like_one_tells_none(name):
    assert not is_secret(name, "x")


@pytest.mark.parametrize("value", ["yes", "true", "Off"])
def test_a_switch_is_no_secret(value):
    assert not is_secret("ALLOW_EMPTY_PASSWORD", value)


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("postgres://me:hunter2@db/shop", True),
        ("redis://:hunter2@cache:6379", True),
        ("user:hunter2@tcp(db:3306)/shop", True),
        ("Server=db;User=sa;Password=hunter2", True),
        ("AccountName=a;AccountKey=hunter2", True),
        ("-Xmx1g -Dspring.datasource.password=hunter2", True),
        (KEY, True),
        ("rails['initial_root_password'] = 'hunter2'", True),
        ('{"user": "me", "password": "hunter2"}', True),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", True),  # gitleaks:allow
        ("https://hooks.slack.com/services/T0/B0/hunter2", True),
        ("redis://cache:6379/0", False),
        ("http://web:80/a?b=1", False),
        ("registry/web:1@sha256:0123", False),
        ("me@example.com", False),
        ("a:b", False),
    ],
)
def test_a_value_tells_a_secret(value, secret):
    assert is_secret("SETTING", value) is secret


@pytest.mark.parametrize(
    ("command", "given_away"),
    [
        (["redis-server", "--requirepass", "hunter2"], ["--requirepass"]),
        (["sh", "-c", "redis-server --requirepass=hunter2 && x"], ["--requirepass"]),
        (["MYSQL_PWD=hunter2 mysqladmin ping"], ["MYSQL_PWD"]),
        (["java", "-Dspring.datasource.password=hunter2"], ["-Dspring.datasource.password"]),
        (["migrate", "--url", "postgres://me:hunter2@db/shop"], ["--url", "a URL"]),
        (["redis-server", "--requirepass", "$REDIS_PASSWORD"], []),
        (['MYSQL_PWD="$(cat /run/secrets/db)" mysqladmin ping'], []),
        (["serve", "--password-file", "/run/secrets/db", "--no-token"], []),
        (["vault", "token", "lookup"], []),
    ],
)
def test_an_option_of_a_command_gives_a_secret_away(command, given_away):
    assert list(in_command(command)) == given_away


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('[db]\nhost = "db"\npassword = "hunter2"\n', True),
        ("[client]\nuser=me\npassword=hunter2\n", True),
        ("basic_auth: { username: me, password: hunter2 }", True),
        ('{"apiKey": "hunter2"}', True),
        ("url: amqp://me:hunter2@mq:5672", True),
        ("port 6379\nrequirepass hunter2\n", True),
        ("CREATE USER me IDENTIFIED BY 'hunter2';", True),
        ("CREATE ROLE me WITH PASSWORD 'hunter2';", True),
        (KEY, True),
        ("password = ${DB_PASSWORD}\nsecret = '$SECRET'\ntoken: ''", False),
        ("url: amqp://${USER}:${PASS}@mq:5672", False),
        ("# password = hunter2", False),
        ("password = os.environ['DB_PASSWORD']\ntoken = ask(me)", False),
        ("password_file: /run/secrets/db\nmax_tokens: 7\nsecret: true", False),
        ("CREATE USER me IDENTIFIED BY '$(cat /run/secrets/db)';", False),
        ("proxy_set_header X-Token $http_x_token;\nproxy_pass http://app:3000;", False),
    ],
)
def test_a_file_tells_a_secret(text, secret):
    assert in_file(text) is secret


def test_a_private_key_is_seen_and_a_certificate_is_none():
    assert holds_key(KEY)
    assert holds_key(KEY.replace("RSA ", ""))
    assert not holds_key("-----BEGIN CERTIFICATE-----")
    assert not holds_key("-----BEGIN PUBLIC KEY-----")
