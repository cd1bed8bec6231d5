-- The event log and the positions of those who read it.

-- Names that repeat in every event. Few rows, one for each kind of event and version of its schema.
CREATE TABLE event_kinds (
    kind             smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    aggregate_type   text NOT NULL,
    payload_type     text NOT NULL,
    payload_revision text NOT NULL,
    CONSTRAINT event_kinds_names_key UNIQUE (aggregate_type, payload_type, payload_revision)
);

COMMENT ON TABLE event_kinds IS 'What the kinds in events.kind stand for';
COMMENT ON COLUMN event_kinds.aggregate_type IS 'Type of the aggregate';
COMMENT ON COLUMN event_kinds.payload_type IS 'Full name of the protobuf message';
COMMENT ON COLUMN event_kinds.payload_revision IS 'Version of the schema the payload was written with';

-- Every event ever accepted, in log order. Writers hold the advisory lock of PostgresEventStorageEngine.
-- Fixed widths come first: no padding. No reference to event_kinds: it would cost a look-up each row,
-- and a kind is committed before its first event is written.
CREATE TABLE events (
    position     bigint      NOT NULL CHECK (position > 0),
    sequence     bigint      NOT NULL CHECK (sequence >= 0),
    time         timestamptz NOT NULL,
    event_id     uuid        NOT NULL,
    aggregate_id uuid        NOT NULL,
    kind         smallint    NOT NULL,
    payload      bytea       NOT NULL,
    metadata     bytea       NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (position),
    CONSTRAINT events_aggregate_key UNIQUE (aggregate_id, sequence)
);

COMMENT ON TABLE events IS 'The event log: one row an event, only ever inserted';
COMMENT ON COLUMN events.position IS 'Position in the log, from 1, without gaps, in order of visibility';
COMMENT ON COLUMN events.sequence IS 'Position within the aggregate, from 0, without gaps';
COMMENT ON COLUMN events.time IS 'When the event was made, in microseconds';
COMMENT ON COLUMN events.event_id IS 'UUIDv7';
COMMENT ON COLUMN events.payload IS 'The encoded protobuf message';
COMMENT ON COLUMN events.metadata IS 'Who, why, under which key; format: MetaDataCodec';

-- Holds for the owner too, where the server gives but one user.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER events_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER event_kinds_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON event_kinds
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How far each segment of each event processor has come, and which process owns it.
CREATE TABLE token_entry (
    processor_name text    NOT NULL,
    segment        integer NOT NULL,
    token          bytea,
    token_type     text,
    time_stamp     text    NOT NULL,
    owner          text,
    PRIMARY KEY (processor_name, segment)
);

COMMENT ON TABLE token_entry IS 'Positions and claims of the event processors';
COMMENT ON COLUMN token_entry.time_stamp IS 'Last update or claim, ISO 8601; a claim not renewed in time is free';
COMMENT ON COLUMN token_entry.owner IS 'The process that holds the claim, if any';
