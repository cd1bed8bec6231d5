-- The event log and the positions of those who read it.

-- Every event ever accepted, in log order. Rows are only ever inserted.
CREATE TABLE domain_events (
    global_index         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_identifier     text        NOT NULL,
    aggregate_identifier text        NOT NULL,
    sequence_number      bigint      NOT NULL CHECK (sequence_number >= 0),
    type                 text        NOT NULL,
    time_stamp           timestamptz NOT NULL,
    payload_type         text        NOT NULL,
    payload_revision     text        NOT NULL,
    payload              bytea       NOT NULL,
    meta_data            bytea       NOT NULL,
    CONSTRAINT domain_events_event_identifier_key UNIQUE (event_identifier),
    CONSTRAINT domain_events_aggregate_key UNIQUE (aggregate_identifier, sequence_number)
);

COMMENT ON TABLE domain_events IS 'The event log: one row an event, only ever inserted';
COMMENT ON COLUMN domain_events.global_index IS 'Position in the log; rolled back appends leave gaps';
COMMENT ON COLUMN domain_events.event_identifier IS 'UUIDv7';
COMMENT ON COLUMN domain_events.sequence_number IS 'Position within the aggregate, from 0, without gaps';
COMMENT ON COLUMN domain_events.type IS 'Type of the aggregate';
COMMENT ON COLUMN domain_events.time_stamp IS 'When the event was made, in microseconds';
COMMENT ON COLUMN domain_events.payload_type IS 'Full name of the protobuf message';
COMMENT ON COLUMN domain_events.payload_revision IS 'Version of the schema the payload was written with';
COMMENT ON COLUMN domain_events.payload IS 'The encoded protobuf message';
COMMENT ON COLUMN domain_events.meta_data IS 'JSON object in UTF-8: who, why, under which key';

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
