-- Which session an event of another system was first told of, before the event is in the log: so that
-- its id counts once whatever the session, and so that what cannot be in the log is known without
-- reading there. A claim does not say that the event is in the log; only the log says that.
CREATE TABLE ingest_claims (
    identity            uuid PRIMARY KEY,
    external_session_id uuid NOT NULL,
    event_id            uuid NOT NULL
);

COMMENT ON TABLE ingest_claims IS 'One row for each event id of each other system; never deleted';
COMMENT ON COLUMN ingest_claims.identity IS 'UUIDv5 of source service and source event id';
COMMENT ON COLUMN ingest_claims.event_id IS 'Under which id it is, or will be, in the log';

-- Which session a support ticket is about.
CREATE TABLE ticket_sessions (
    ticket_id           text NOT NULL,
    external_session_id uuid NOT NULL,
    session_id          uuid NOT NULL,
    PRIMARY KEY (ticket_id, external_session_id)
);

COMMENT ON TABLE ticket_sessions IS 'Named by ticket.opened events; never deleted';
COMMENT ON COLUMN ticket_sessions.external_session_id IS 'Whose event names the ticket';
COMMENT ON COLUMN ticket_sessions.session_id IS 'What the user went through: of another system, or ours';
