-- One row for each entry of a session into a funnel: what it did there, as a list of facts. All
-- numbers follow from these rows.
CREATE TABLE funnel_entry (
    funnel     text    NOT NULL,
    session_id uuid    NOT NULL,
    entry      integer NOT NULL,
    day        date,
    test       boolean NOT NULL,
    outcome    text    CHECK (outcome IN
        ('converted', 'reset', 'failed', 'dropped', 'parkedOnUser', 'parkedOnUs', 'inFlight')),
    dimensions text[]  NOT NULL,
    facts      bytea   NOT NULL,
    session    bytea,
    PRIMARY KEY (funnel, session_id, entry)
) WITH (fillfactor = 80);

COMMENT ON TABLE funnel_entry IS 'Entries of sessions into funnels, rebuilt from the log';
COMMENT ON COLUMN funnel_entry.entry IS 'From 1; another system''s session may enter again';
COMMENT ON COLUMN funnel_entry.day IS 'The UTC day it belongs to; null while its start has not arrived: counted nowhere';
COMMENT ON COLUMN funnel_entry.dimensions IS 'Values in the order of the funnel''s dimensions';
COMMENT ON COLUMN funnel_entry.facts IS 'Dimensions, stages as offered, and what happened to them, with event ids, times and log positions';
COMMENT ON COLUMN funnel_entry.session IS 'On the first entry: which events of the session were applied';

-- Counts by day, dimension and order, and by 8 and 64 days beginning at multiples of these since
-- 1970. They hold what the deltas before them held.
CREATE TABLE funnel_cell (
    funnel    text    NOT NULL,
    ordering  text    NOT NULL,
    dimension text    NOT NULL,
    span      integer NOT NULL CHECK (span IN (1, 8, 64)),
    day       integer NOT NULL,
    value     text    NOT NULL,
    test      boolean NOT NULL,
    counters  bytea   NOT NULL,
    PRIMARY KEY (funnel, ordering, dimension, span, day, value, test)
);

ALTER TABLE funnel_cell ALTER COLUMN counters SET STORAGE EXTERNAL;

COMMENT ON TABLE funnel_cell IS 'Roll-ups of funnel_entry; with funnel_delta they are the sum of all entries';
COMMENT ON COLUMN funnel_cell.dimension IS 'Empty for the total';
COMMENT ON COLUMN funnel_cell.day IS 'First day, counted from 1970-01-01';

-- What a batch changed, new minus old, until it is merged into the cells. No row is ever changed.
CREATE TABLE funnel_delta (
    funnel    text   NOT NULL,
    ordering  text   NOT NULL,
    dimension text   NOT NULL,
    id        bigint GENERATED ALWAYS AS IDENTITY,
    cells     bytea  NOT NULL,
    PRIMARY KEY (funnel, ordering, dimension, id)
);

COMMENT ON TABLE funnel_delta IS 'Changes of the roll-ups that are not in funnel_cell yet, one row a batch';

-- Days already past that an event changed when it came.
CREATE TABLE funnel_restatement (
    funnel      text        NOT NULL,
    position    bigint      NOT NULL,
    day         date        NOT NULL,
    test        boolean     NOT NULL,
    event_id    uuid        NOT NULL,
    occurred_at timestamptz NOT NULL,
    appended_at timestamptz NOT NULL,
    entries     bigint      NOT NULL,
    stages      jsonb       NOT NULL,
    cause       text        NOT NULL,
    PRIMARY KEY (funnel, position, day, test)
);

COMMENT ON TABLE funnel_restatement IS 'Late events that changed the numbers of a day already past';

-- The stages that sessions of each flow version were offered, so that a stage nobody in a range was
-- offered still counts zero.
CREATE TABLE funnel_stage (
    funnel       text    NOT NULL,
    flow_id      text    NOT NULL,
    flow_version text    NOT NULL,
    stage        text    NOT NULL,
    part         integer NOT NULL,
    ordinal      integer NOT NULL,
    PRIMARY KEY (funnel, flow_id, flow_version, stage)
);

COMMENT ON TABLE funnel_stage IS 'Stages of each funnel, by flow version; without one for other systems'' funnels';
COMMENT ON COLUMN funnel_stage.part IS 'Place of the stage''s rule in the funnel';
COMMENT ON COLUMN funnel_stage.ordinal IS 'Place among the stages of one rule';
