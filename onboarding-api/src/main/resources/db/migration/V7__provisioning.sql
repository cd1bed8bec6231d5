-- GitHub accounts that users have linked. The token is sealed with the user's data key.
CREATE TABLE github_links (
    user_id    text        PRIMARY KEY,
    login      text        NOT NULL,
    key_id     uuid        NOT NULL,
    nonce      bytea       NOT NULL,
    ciphertext bytea       NOT NULL,
    linked_at  timestamptz NOT NULL
);

CREATE UNIQUE INDEX github_links_login_key ON github_links (lower(login));

COMMENT ON TABLE github_links IS 'GitHub accounts of users, the token sealed';
COMMENT ON COLUMN github_links.key_id IS 'Data key of user_keys that sealed the token';

-- Axon's saga store: the sagas under way, and by which values events find them.
CREATE TABLE sagas (
    saga_id    text  PRIMARY KEY,
    saga_type  text  NOT NULL,
    revision   text,
    serialized bytea NOT NULL
);

CREATE TABLE saga_associations (
    association_key   text NOT NULL,
    association_value text NOT NULL,
    saga_type         text NOT NULL,
    saga_id           text NOT NULL,
    PRIMARY KEY (saga_type, association_key, association_value, saga_id)
);

CREATE INDEX saga_associations_saga ON saga_associations (saga_id);

COMMENT ON TABLE sagas IS 'Sagas under way; one that has ended is gone';

-- Events that a processor could not handle, and those of the same sequence that came after.
CREATE TABLE dead_letters (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    processor    text        NOT NULL,
    sequence_key text        NOT NULL,
    position     bigint      NOT NULL,
    event_id     uuid        NOT NULL,
    event_type   text        NOT NULL,
    cause        text,
    message      text,
    parked_at    timestamptz NOT NULL,
    CONSTRAINT dead_letters_event_key UNIQUE (processor, event_id)
);

CREATE INDEX dead_letters_sequence ON dead_letters (processor, sequence_key, position);

COMMENT ON TABLE dead_letters IS 'Events that wait for an operator, by processor and sequence';
COMMENT ON COLUMN dead_letters.sequence_key IS 'Id of the aggregate whose events wait behind the first';
COMMENT ON COLUMN dead_letters.position IS 'Position of the event in the log';
COMMENT ON COLUMN dead_letters.cause IS 'Type of the failure; null for an event that waits behind another';
COMMENT ON COLUMN dead_letters.message IS 'What the failure says, shortened, without stack trace';

-- Every try of a hop of a site's provisioning.
CREATE TABLE hop_attempts (
    site_id    uuid        NOT NULL,
    attempt    integer     NOT NULL,
    hop        text        NOT NULL,
    try        integer     NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    outcome    text        CHECK (outcome IN ('done', 'waits', 'again', 'failed')),
    error_kind text,
    error      text,
    PRIMARY KEY (site_id, attempt, hop, try)
);

COMMENT ON TABLE hop_attempts IS 'Tries of hops, the latest of each hop; no read model';
COMMENT ON COLUMN hop_attempts.outcome IS 'Null while it runs, and for ever if its process died';

-- Sites whose source was pushed to since their last build began.
CREATE TABLE deploys_wanted (
    site_id   uuid        PRIMARY KEY,
    wanted_at timestamptz NOT NULL
);

COMMENT ON TABLE deploys_wanted IS 'Pushes that no build has taken up yet; many count as one';
