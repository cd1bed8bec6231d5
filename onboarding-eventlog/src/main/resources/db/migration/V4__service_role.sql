-- What the role of the service may do: everything with rows, nothing with tables, and of an
-- append-only table read and insert. Called by the owner at each start, after the migrations, so that
-- no table of a later one is forgotten. Tables are append-only by the trigger of refuse_change().
CREATE FUNCTION grant_to_service(service name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    relation record;
BEGIN
    IF service = current_user THEN
        RETURN;
    END IF;
    -- Of two that start at once, one would find the catalog changed under it.
    PERFORM pg_advisory_xact_lock(hashtext('grant_to_service'));
    -- It makes schemas of its own for the generations of read models.
    EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO %I', current_database(), service);
    IF NOT has_database_privilege(service, current_database(), 'CREATE') THEN
        RAISE EXCEPTION '% cannot let % make schemas: it does not own the database',
            current_user, service USING ERRCODE = 'insufficient_privilege';
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), service);
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %I', current_schema(), service);
    -- Extensions may have put relations of others beside ours.
    FOR relation IN
        SELECT format('%I.%I', current_schema(), relname) AS name, relkind = 'S' AS sequence,
               relname = 'flyway_schema_history' AS migrations,
               EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid
                       AND tgfoid = 'refuse_change'::regproc) AS append_only
        FROM pg_class c
        WHERE relnamespace = current_schema()::regnamespace AND pg_has_role(relowner, 'USAGE')
          AND relkind IN ('r', 'p', 'v', 'm', 'S')
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %I', relation.name, service);
        EXECUTE format('GRANT %s ON %s TO %I',
            CASE WHEN relation.sequence THEN 'USAGE, SELECT'
                 WHEN relation.migrations THEN 'SELECT'
                 WHEN relation.append_only THEN 'SELECT, INSERT'
                 ELSE 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE' END,
            relation.name, service);
    END LOOP;
END
$$;

REVOKE EXECUTE ON FUNCTION grant_to_service FROM PUBLIC;
COMMENT ON FUNCTION grant_to_service IS 'Grants the role of the service what it needs, and no more';
