-- Subscriptions of other systems to events.
CREATE TABLE webhooks (
    webhook_id           uuid        PRIMARY KEY,
    url                  text        NOT NULL,
    event_types          text[]      NOT NULL CHECK (cardinality(event_types) > 0),
    description          text        NOT NULL,
    created_at           timestamptz NOT NULL,
    from_position        bigint      NOT NULL,
    failing_since        timestamptz,
    consecutive_failures integer     NOT NULL DEFAULT 0,
    last_delivered_at    timestamptz,
    last_error           text
);

CREATE INDEX webhooks_created_at_idx ON webhooks (created_at, webhook_id);

COMMENT ON TABLE webhooks IS 'Who is told of which events';
COMMENT ON COLUMN webhooks.event_types IS 'Types and classes of events';
COMMENT ON COLUMN webhooks.from_position IS 'Head of the log when it was subscribed; what is after it is delivered';
COMMENT ON COLUMN webhooks.failing_since IS 'First failure since the last delivery that succeeded';

-- The keys that sign, each sealed with the data key of the subscription, user webhook/<id>.
CREATE TABLE webhook_keys (
    webhook_id uuid        NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    number     integer     NOT NULL,
    key_id     uuid        NOT NULL,
    nonce      bytea       NOT NULL,
    ciphertext bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (webhook_id, number)
);

COMMENT ON TABLE webhook_keys IS 'Keys that sign deliveries, the latest without an end';
COMMENT ON COLUMN webhook_keys.key_id IS 'Data key of user_keys that sealed the key';

-- One row for each event and subscription.
CREATE TABLE webhook_deliveries (
    delivery_id     uuid        PRIMARY KEY,
    webhook_id      uuid        NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    event_id        uuid        NOT NULL,
    event_type      text        NOT NULL,
    position        bigint,
    state           text        NOT NULL CHECK (state IN ('pending', 'delivered', 'parked')),
    created_at      timestamptz NOT NULL,
    attempts        integer     NOT NULL DEFAULT 0,
    failures        integer     NOT NULL DEFAULT 0,
    resends         integer     NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    deadline_at     timestamptz NOT NULL,
    last_attempt_at timestamptz,
    last_status     integer,
    last_error      text,
    delivered_at    timestamptz,
    CONSTRAINT webhook_deliveries_event_key UNIQUE (webhook_id, event_id),
    CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL)),
    CHECK ((state = 'delivered') = (delivered_at IS NOT NULL))
);

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_attempt_at)
    WHERE state = 'pending';
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (created_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_parked ON webhook_deliveries (webhook_id) WHERE state = 'parked';
CREATE INDEX webhook_deliveries_delivered ON webhook_deliveries (delivered_at)
    WHERE state = 'delivered';
CREATE INDEX webhook_deliveries_listed
    ON webhook_deliveries (webhook_id, created_at DESC, delivery_id DESC);

COMMENT ON TABLE webhook_deliveries IS 'What was or is to be delivered; the event itself is in the log';
COMMENT ON COLUMN webhook_deliveries.position IS 'Position of the event in the log; null for a test';
COMMENT ON COLUMN webhook_deliveries.failures IS 'Tries that failed since it was made or sent again';
COMMENT ON COLUMN webhook_deliveries.deadline_at IS 'When it is given up and parked';

-- The tasks that deliver, apart from the others: a slow receiver holds up nothing but webhooks.
CREATE TABLE webhook_tasks (LIKE scheduled_tasks INCLUDING ALL);

COMMENT ON TABLE webhook_tasks IS 'Durable tasks of webhooks, one for each subscription with work';
