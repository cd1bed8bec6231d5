-- Since when a generation is being filled, and from where, so that anyone can tell how fast it goes.
ALTER TABLE projection_generations
    ADD COLUMN filling_since timestamptz,
    ADD COLUMN filling_from  bigint,
    ADD COLUMN filled_at     timestamptz;

COMMENT ON COLUMN projection_generations.filling_since IS 'When an instance last took it up to fill it';
COMMENT ON COLUMN projection_generations.filling_from IS 'Position after which it went on then';
COMMENT ON COLUMN projection_generations.filled_at IS 'When it reached the end of the log; null until then';

-- What operators asked to be built again, and what a new version built by itself. A generation has one
-- replay, whose id is the generation's name; a replay of one session in place has an id of its own.
CREATE TABLE projection_replays (
    replay       text        PRIMARY KEY,
    projection   text        NOT NULL,
    generation   integer,
    session_id   text,
    requested_by text,
    reason       text        NOT NULL,
    requested_at timestamptz NOT NULL,
    ended_at     timestamptz,
    outcome      text        CHECK (outcome IN ('cancelled', 'replaced', 'done', 'failed')),
    error        text,
    CHECK ((generation IS NULL) <> (session_id IS NULL)),
    CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    UNIQUE (projection, generation)
);

COMMENT ON TABLE projection_replays IS 'Rebuilds of read models, those that are over included';
COMMENT ON COLUMN projection_replays.session_id IS 'Session replayed in place; null for a generation';
COMMENT ON COLUMN projection_replays.requested_by IS 'Subject of the operator; null if a new version began it';
COMMENT ON COLUMN projection_replays.ended_at IS 'When its generation was dropped, or its session was replayed';

CREATE INDEX projection_replays_newest ON projection_replays (requested_at DESC, replay DESC);

-- Those that are there already.
INSERT INTO projection_replays (replay, projection, generation, reason, requested_at)
SELECT projection || '_g' || generation, projection, generation, 'New version', created_at
FROM projection_generations;
