#!/bin/sh
# Run once by the image of PostgreSQL when the primary is new: lets the replica in, and makes the registry's database.
set -eu
echo "host replication $POSTGRES_USER all scram-sha-256" >>"$PGDATA/pg_hba.conf"
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" -v ON_ERROR_STOP=1 --quiet --command 'CREATE DATABASE registry'
