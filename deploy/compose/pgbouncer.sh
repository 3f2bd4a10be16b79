#!/bin/sh
# Writes PgBouncer's configuration from PRIMARY_HOST, PRIMARY_PORT, LISTEN_PORT, POOL_MODE and POSTGRES_PASSWORD, and runs it.
set -eu
folder="${CONFIG_DIR:-/tmp/pgbouncer}"
umask 077
mkdir -p "$folder"
printf '"chirrup" "%s"\n' "$POSTGRES_PASSWORD" >"$folder/users.txt"
cat >"$folder/pgbouncer.ini" <<CONFIGURATION
[databases]
* = host=$PRIMARY_HOST port=$PRIMARY_PORT

[pgbouncer]
listen_addr = ${LISTEN_ADDRESSES:-*}
listen_port = $LISTEN_PORT
unix_socket_dir =
pool_mode = $POOL_MODE
auth_type = scram-sha-256
auth_file = $folder/users.txt
admin_users = chirrup
max_client_conn = 1000
default_pool_size = 40
server_login_retry = 1
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
CONFIGURATION
exec pgbouncer "$folder/pgbouncer.ini"
