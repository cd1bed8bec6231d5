-- Read models park as the saga does, in the same table; where only they are, it is made here.
SET LOCAL client_min_messages = warning;
CREATE TABLE IF NOT EXISTS dead_letters (
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
CREATE INDEX IF NOT EXISTS dead_letters_sequence ON dead_letters (processor, sequence_key, position);
RESET client_min_messages;

ALTER TABLE dead_letters
    ADD COLUMN session_id    text,
    ADD COLUMN aggregate_id  text,
    ADD COLUMN tries         integer NOT NULL DEFAULT 1,
    ADD COLUMN last_tried_at timestamptz,
    ADD COLUMN left_out      boolean NOT NULL DEFAULT false;

-- A letter behind another was never tried.
UPDATE dead_letters SET tries = 0 WHERE cause IS NULL;

CREATE INDEX dead_letters_session ON dead_letters (session_id);

COMMENT ON COLUMN dead_letters.processor IS 'Processor that could not handle it; of a read model each generation has its own';
COMMENT ON COLUMN dead_letters.sequence_key IS 'Session, or site for the saga, whose events wait behind the first';
COMMENT ON COLUMN dead_letters.session_id IS 'Session that the event belongs to; null if it belongs to none, and in letters of earlier versions';
COMMENT ON COLUMN dead_letters.aggregate_id IS 'Aggregate whose event it is; null in letters of earlier versions';
COMMENT ON COLUMN dead_letters.tries IS 'How often it failed; 0 for an event that waits behind another';
COMMENT ON COLUMN dead_letters.last_tried_at IS 'When it failed last, if that was after it was parked';
COMMENT ON COLUMN dead_letters.left_out IS 'Discarded although nothing after it can be applied: the aggregate''s later events are passed over';

-- Processors that an operator has stopped, on every instance and over restarts.
CREATE TABLE stopped_processors (
    processor  text        PRIMARY KEY,
    stopped_at timestamptz NOT NULL
);

COMMENT ON TABLE stopped_processors IS 'Processors that wait for an operator to start them again';
