-- The read models, all of which can be rebuilt from the event log.

-- How far each projection has applied the log; moves in the transaction that moves its rows.
CREATE TABLE projection_progress (
    projection  text        NOT NULL,
    segment     integer     NOT NULL,
    position    bigint      NOT NULL,
    appended_at timestamptz NOT NULL,
    PRIMARY KEY (projection, segment)
);

COMMENT ON TABLE projection_progress IS 'How far each projection has applied the log, by segment';
COMMENT ON COLUMN projection_progress.position IS 'Log position of the last event applied';
COMMENT ON COLUMN projection_progress.appended_at IS 'When that event was made';

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

-- The list, newest first, and a user's own part of it.
CREATE INDEX session_view_newest ON session_view (started_at DESC, session_id DESC);
CREATE INDEX session_view_user ON session_view (user_id, started_at DESC, session_id DESC);
-- What the idle sweep looks for.
CREATE INDEX session_view_idle ON session_view (flow_id, flow_version, last_activity_at)
    WHERE status = 'active' AND NOT waits_for_site;

-- One entry a session in the onboarding funnel. The three lists run in parallel: a stage that the
-- session was offered, when it was first reached, and whether it was skipped instead.
CREATE TABLE funnel_entry (
    session_id    text          PRIMARY KEY,
    flow_id       text          NOT NULL,
    flow_version  integer       NOT NULL,
    variant       text          NOT NULL,
    source        text          NOT NULL,
    test          boolean       NOT NULL,
    path_id       text,
    hosting_mode  text          CHECK (hosting_mode IN ('user_git', 'platform_template')),
    started_at    timestamptz   NOT NULL,
    started_day   date          NOT NULL,
    outcome       text          NOT NULL CHECK (outcome IN
        ('converted', 'reset', 'failed', 'dropped', 'parkedOnUser', 'parkedOnUs', 'inFlight')),
    stages        text[]        NOT NULL,
    reached_at    timestamptz[] NOT NULL,
    skipped       boolean[]     NOT NULL,
    path_step     text,
    site_step     text,
    was_reset     boolean       NOT NULL,
    abandoned     boolean       NOT NULL,
    sites         jsonb         NOT NULL,
    revision      bigint        NOT NULL,
    last_position bigint        NOT NULL,
    CHECK (cardinality(stages) = cardinality(reached_at)),
    CHECK (cardinality(stages) = cardinality(skipped))
);

COMMENT ON TABLE funnel_entry IS 'One entry a session in the onboarding funnel, rebuilt from the log';
COMMENT ON COLUMN funnel_entry.started_day IS 'The UTC day the session belongs to';
COMMENT ON COLUMN funnel_entry.hosting_mode IS 'As first requested';
COMMENT ON COLUMN funnel_entry.path_step IS 'Step that path_selected stands for; null if none was offered';
COMMENT ON COLUMN funnel_entry.site_step IS 'Step that the two site stages stand for; null if none was offered';
COMMENT ON COLUMN funnel_entry.sites IS 'Sites with their provisioning state and number of events';

CREATE INDEX funnel_entry_day ON funnel_entry (started_day);

-- The stages that sessions of each flow version were offered, so that a stage nobody in a range was
-- offered still counts zero.
CREATE TABLE funnel_stage (
    flow_id      text    NOT NULL,
    flow_version integer NOT NULL,
    stage        text    NOT NULL,
    part         integer NOT NULL,
    ordinal      integer NOT NULL,
    PRIMARY KEY (flow_id, flow_version, stage)
);

COMMENT ON TABLE funnel_stage IS 'Stages of the onboarding funnel, by flow version';
COMMENT ON COLUMN funnel_stage.part IS 'Start, forms, path, site requested, site live, end: 0 to 5';
COMMENT ON COLUMN funnel_stage.ordinal IS 'Ordinal of the form step; 0 for every other stage';
