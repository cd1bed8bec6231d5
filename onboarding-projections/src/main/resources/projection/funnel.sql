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
