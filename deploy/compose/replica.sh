#!/bin/sh
# Makes PGDATA a copy of the primary once, and follows it from then on.
# Reads PRIMARY_HOST, PRIMARY_PORT, PGUSER, PGPASSWORD, PGDATA, CONFIG_FILE.
set -eu
making="$PGDATA.making"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    rm -rf "$making"
    # a copy that was interrupted has left its slot behind
    psql --host "$PRIMARY_HOST" --port "$PRIMARY_PORT" --dbname postgres -v ON_ERROR_STOP=1 --quiet --output /dev/null --command \
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'replica' AND NOT active"
    pg_basebackup --host "$PRIMARY_HOST" --port "$PRIMARY_PORT" --pgdata "$making" \
        --write-recovery-conf --wal-method stream --create-slot --slot replica --checkpoint fast
    chmod 0700 "$making"
    mv "$making" "$PGDATA"
fi
exec postgres -c config_file="$CONFIG_FILE" -c listen_addresses="${LISTEN_ADDRESSES:-*}" "$@"
