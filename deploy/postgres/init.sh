#!/bin/bash
# Makes the role and the database of the product; the image of PostgreSQL runs it once, over an empty volume.
#
# The product's rows are kept apart by row-level security, which holds for nobody who is superuser or has BYPASSRLS. The
# image's own role is a superuser, so the product gets one that is neither. It owns its database and may make its
# tables there; security is forced on the owner of a table too.
set -euo pipefail
: "${NEXUS_DATABASE_PASSWORD:?}"

# psql reads the password from the environment and quotes it: it stands in no argument and in no text of SQL.
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv password NEXUS_DATABASE_PASSWORD
create role nexus login nosuperuser nobypassrls nocreatedb nocreaterole noreplication password :'password';
create database nexus owner nexus;
revoke all on database nexus from public;
SQL
