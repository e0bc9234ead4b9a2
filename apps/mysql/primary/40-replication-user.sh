#!/bin/bash
# The user with which a replica reads the binary log. It stays out of that log:
# each server has its own users.
set -euo pipefail

# The entrypoint's private server listens on a socket whose name differs
# between images; the X protocol's is not the one.
socket=$(find /var/run/mysqld -name '*.sock' ! -name 'mysqlx*' | head -n 1)

MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --user=root --socket="$socket" <<SQL
SET sql_log_bin = 0;
CREATE USER replication@'%' IDENTIFIED BY '$(</run/secrets/mysql_replication_password)';
GRANT REPLICATION SLAVE ON *.* TO replication@'%';
SQL
