-- One row a session, for GET /sessions and the idle sweep. No answers.
CREATE TABLE session_view (
    session_id          text        PRIMARY KEY,
    user_id             text        NOT NULL,
    workspace_id        text        NOT NULL,
    flow_id             text        NOT NULL,
    flow_version        integer     NOT NULL,
    variant             text        NOT NULL,
    source              text        NOT NULL,
    test                boolean     NOT NULL,
    status              text        NOT NULL
        CHECK (status IN ('active', 'abandoned', 'completed', 'reset')),
    current_step        text,
    path_id             text,
    completed_steps     integer     NOT NULL,
    skipped_steps       integer     NOT NULL,
    steps               jsonb       NOT NULL,
    site_ids            text[]      NOT NULL,
    sites               jsonb       NOT NULL,
    waits_for_site      boolean     NOT NULL,
    started_at          timestamptz NOT NULL,
    last_activity_at    timestamptz NOT NULL,
    last_event_at       timestamptz NOT NULL,
    completed_at        timestamptz,
    previous_session_id text,
    new_session_id      text,
    revision            bigint      NOT NULL,
    last_position       bigint      NOT NULL
);

COMMENT ON TABLE session_view IS 'One row a session, rebuilt from the log';
COMMENT ON COLUMN session_view.test IS 'Marked as a test by its source, or the demo''s';
COMMENT ON COLUMN session_view.current_step IS 'First pending step; null if none is';
COMMENT ON COLUMN session_view.steps IS 'Steps as offered, with their status';
COMMENT ON COLUMN session_view.sites IS 'Sites with their provisioning state and number of events';
COMMENT ON COLUMN session_view.waits_for_site IS 'Nothing required is open but a site that was requested';
COMMENT ON COLUMN session_view.last_activity_at IS 'When the user last did something';
COMMENT ON COLUMN session_view.revision IS 'Number of the session''s own events; those of its sites do not count';
COMMENT ON COLUMN session_view.last_position IS 'Log position of the last event applied to the row';

-- Which sessions a support ticket is about, for GET /tickets/{ticketId}/timeline.
CREATE TABLE ticket_sessions (
    ticket_id           text NOT NULL,
    external_session_id uuid NOT NULL,
    session_id          uuid NOT NULL,
    PRIMARY KEY (ticket_id, external_session_id)
);

COMMENT ON TABLE ticket_sessions IS 'Named by ticket.opened events, rebuilt from the log';
COMMENT ON COLUMN ticket_sessions.external_session_id IS 'Whose event names the ticket';
COMMENT ON COLUMN ticket_sessions.session_id IS 'What the user went through: of another system, or ours';
