-- Read models live in generations: schemas of their own, made by the projections themselves. What
-- earlier versions kept in the public schema is a function of the log and is built again.
DROP TABLE session_view, funnel_entry, funnel_stage;
DELETE FROM projection_progress;
DELETE FROM token_entry WHERE processor_name IN ('sessionview', 'funnel');

-- Every generation of every read model that is there: one schema and one processor each.
CREATE TABLE projection_generations (
    projection    text        NOT NULL CHECK (projection ~ '^[a-z]+$'),
    generation    integer     NOT NULL CHECK (generation > 0),
    version       integer     NOT NULL,
    configuration text        NOT NULL,
    state         text        NOT NULL CHECK (state IN ('building', 'following')),
    created_at    timestamptz NOT NULL,
    error         text,
    PRIMARY KEY (projection, generation)
);

COMMENT ON TABLE projection_generations IS 'Generations of read models: tables in schema <projection>_g<generation>';
COMMENT ON COLUMN projection_generations.version IS 'Version of the projection that made it';
COMMENT ON COLUMN projection_generations.configuration IS 'Hash of the configuration that it was made with; empty if there is none';
COMMENT ON COLUMN projection_generations.error IS 'Why building it failed last; null once it goes on';
COMMENT ON COLUMN projection_generations.state IS 'building: reads the log from its start; following: its processor keeps it up to date';

-- The generation that queries read. A switch changes this row and nothing else.
CREATE TABLE projection_current (
    projection text        PRIMARY KEY,
    generation integer     NOT NULL,
    previous   integer,
    since      timestamptz NOT NULL,
    FOREIGN KEY (projection, generation) REFERENCES projection_generations
);

COMMENT ON TABLE projection_current IS 'Which generation of a read model is served';
COMMENT ON COLUMN projection_current.previous IS 'Generation served before, to which one can go back; null if it is gone';

-- The last number given to a generation of each read model.
CREATE TABLE projection_numbers (
    projection text    PRIMARY KEY,
    last       integer NOT NULL
);

COMMENT ON TABLE projection_numbers IS 'Numbers of generations; none is given twice';
