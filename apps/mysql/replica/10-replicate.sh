#!/bin/bash
# Makes this server a read-only replica of $MYSQL_SOURCE_HOST. It reads the whole
# binary log from its first transaction, and goes on after every restart.
set -euo pipefail

# See the primary's 40-replication-user.sh.
socket=$(find /var/run/mysqld -name '*.sock' ! -name 'mysqlx*' | head -n 1)

MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --user=root --socket="$socket" <<SQL
-- What this server did to set itself up is not part of the history it replicates.
RESET BINARY LOGS AND GTIDS;
CHANGE REPLICATION SOURCE TO
  SOURCE_HOST = '$MYSQL_SOURCE_HOST',
  SOURCE_USER = 'replication',
  SOURCE_PASSWORD = '$(</run/secrets/mysql_replication_password)',
  SOURCE_AUTO_POSITION = 1,
  SOURCE_HEARTBEAT_PERIOD = 0.5,
  GET_SOURCE_PUBLIC_KEY = 1;
-- The heartbeat: the source sees within a second that this server is gone.
SET PERSIST super_read_only = ON;
SQL
