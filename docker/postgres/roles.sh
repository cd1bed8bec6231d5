#!/bin/bash
# Run once by the postgres image, on an empty volume: the two users of docs/operations.md and the
# database.
set -euo pipefail
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres \
    --set=owner="$ONBOARDING_DATABASE_OWNER_PASSWORD" \
    --set=service="$ONBOARDING_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE onboarding_owner LOGIN PASSWORD :'owner';
CREATE ROLE onboarding_service LOGIN PASSWORD :'service';
CREATE DATABASE onboarding OWNER onboarding_owner;
SQL
