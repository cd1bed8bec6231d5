-- Where the events of an aggregate are in a log that is kept by Axon Server, which does not say so
-- when it reads by aggregate. Derived from that log alone; empty where the log is the table events.
CREATE TABLE event_positions (
    position     bigint NOT NULL CHECK (position > 0),
    sequence     bigint NOT NULL CHECK (sequence >= 0),
    aggregate_id uuid   NOT NULL,
    CONSTRAINT event_positions_pkey PRIMARY KEY (position),
    CONSTRAINT event_positions_aggregate_key UNIQUE (aggregate_id, sequence)
);

COMMENT ON TABLE event_positions IS 'Index into the log of Axon Server: one row an event, filled in log order without gaps';
COMMENT ON COLUMN event_positions.position IS 'Index in Axon Server''s log plus 1';
COMMENT ON COLUMN event_positions.sequence IS 'Position within the aggregate, from 0';

CREATE TRIGGER event_positions_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON event_positions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
