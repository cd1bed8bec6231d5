-- Every flow version that was ever offered. Content under a version never changes.
CREATE TABLE flow_versions (
    flow_id         text        NOT NULL,
    version         integer     NOT NULL CHECK (version > 0),
    hash            text        NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    content         jsonb       NOT NULL,
    first_served_at timestamptz NOT NULL,
    PRIMARY KEY (flow_id, version)
);

-- Data keys of users, wrapped by a master key that is not in the database. A row stays when its key
-- is destroyed, without the key: what it sealed is then known to be erased, not damaged.
CREATE TABLE user_keys (
    key_id        uuid        PRIMARY KEY,
    user_id       text        NOT NULL,
    wrapped       bytea,
    wrap_nonce    bytea,
    master_key_id text        NOT NULL,
    created_at    timestamptz NOT NULL,
    retired_at    timestamptz,
    destroyed_at  timestamptz,
    CHECK ((destroyed_at IS NULL) = (wrapped IS NOT NULL)),
    CHECK ((destroyed_at IS NULL) = (wrap_nonce IS NOT NULL))
);

-- New answers are sealed by one key of a user at a time, whoever makes it.
CREATE UNIQUE INDEX user_keys_current_idx ON user_keys (user_id)
    WHERE retired_at IS NULL AND destroyed_at IS NULL;
CREATE INDEX user_keys_user_idx ON user_keys (user_id);
CREATE INDEX user_keys_master_idx ON user_keys (master_key_id) WHERE wrapped IS NOT NULL;

-- Names the session of a user and flow before it is started; never deleted, moved by a reset.
CREATE TABLE session_claims (
    user_id    text        NOT NULL,
    flow_id    text        NOT NULL,
    session_id text        NOT NULL,
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, flow_id)
);

-- db-scheduler 16: durable work and its deadlines.
CREATE TABLE scheduled_tasks (
    task_name            text        NOT NULL,
    task_instance        text        NOT NULL,
    task_data            bytea,
    execution_time       timestamptz NOT NULL,
    picked               boolean     NOT NULL,
    picked_by            text,
    last_success         timestamptz,
    last_failure         timestamptz,
    consecutive_failures integer,
    last_heartbeat       timestamptz,
    version              bigint      NOT NULL,
    priority             smallint,
    PRIMARY KEY (task_name, task_instance)
);

CREATE INDEX scheduled_tasks_execution_time_idx ON scheduled_tasks (execution_time);
CREATE INDEX scheduled_tasks_last_heartbeat_idx ON scheduled_tasks (last_heartbeat);
CREATE INDEX scheduled_tasks_priority_idx ON scheduled_tasks (priority DESC, execution_time ASC);
