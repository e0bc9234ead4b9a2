"""Rules that hold what services are told of the stores in the cloud against the plan of those."""

from __future__ import annotations

from beehive import found, move, only, resource


def tell(example, **variables: str | None):
    """Have the shop take variables, with a default, and the design give those that have a value."""
    settings = "".join(f"      {name}: ${{{name}:-shop}}\n" for name in variables)
    example.edit(
        "docker-compose.yml", "      MYSQL_HOST: db\n", f"      MYSQL_HOST: db\n{settings}"
    )
    given = "".join(f"    {name}: {value}\n" for name, value in variables.items() if value)
    region = "  region: us-east-1\n"
    example.edit("design.yaml", region, f"{region}  environment:\n{given}" if given else region)


def test_a_user_that_the_planned_database_has_not(example):
    tell(example, MYSQL_USER="admin")
    assert found(example, "store-user") == [], "nobody knows what it is called"
    example.change_plan("prod", 10, move("aws_db_instance.main", username="root"))
    finding = only(example, "store-user")
    assert finding.message == "MYSQL_USER is 'admin', but the database of prod has root"
    assert (finding.file, finding.line) == (example.design_file, 10)
    example.change_plan("prod", 10, move("aws_db_instance.main", username="admin"))
    assert found(example, "store-user") == []


def test_a_user_that_nobody_tells_is_the_one_of_the_compose_file(example):
    tell(example, MYSQL_USER=None)
    example.change_plan("prod", 10, move("aws_db_instance.main", username="root"))
    message = "MYSQL_USER is 'shop', but the database of prod has root"
    assert only(example, "store-user").message == message


def test_a_user_that_the_plan_makes_in_the_database(example):
    tell(example, MYSQL_USER="admin")
    made = resource("mysql_user.admin", user="admin")
    named = move("aws_db_instance.main", username="root")
    example.change_plan("prod", 10, lambda old: [*named(old), made][: 1 + (old.name == "a")])
    assert found(example, "store-user") == []


def test_a_database_that_refuses_what_is_not_encrypted(example):
    tell(example, MYSQL_TLS="preferred")
    assert found(example, "store-tls") == []
    strict = [{"name": "require_secure_transport", "value": "1"}]
    group = resource("aws_db_parameter_group.main", parameter=strict)
    example.change_plan("dev", 1, lambda old: [old, group] if old.type == "aws_vpc" else [old])
    finding = only(example, "store-tls")
    assert finding.message == (
        "MYSQL_TLS is 'preferred', but aws_db_parameter_group.main of dev lets in TLS only"
    )
    example.edit("design.yaml", "MYSQL_TLS: preferred", "MYSQL_TLS: required")
    assert found(example, "store-tls") == []


def test_certificates_that_are_in_no_image(example):
    tell(example, MYSQL_CA="/srv/shop/certs/rds.pem")
    example.write("shop/Dockerfile", "FROM scratch\n")
    finding = only(example, "store-authorities")
    assert finding.message == (
        "MYSQL_CA is /srv/shop/certs/rds.pem, and no image is built from such a file"
    )
    example.write("shop/certs/rds.pem")
    assert found(example, "store-authorities") == []
    system = "/etc/ssl/certs/ca-certificates.crt"
    example.edit("design.yaml", "/srv/shop/certs/rds.pem", system)
    assert found(example, "store-authorities") == [], "that is the image's own"
