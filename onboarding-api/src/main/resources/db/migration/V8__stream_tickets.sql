-- Tickets that open one stream each, once. The ticket itself is known to its owner only.
CREATE TABLE stream_tickets (
    ticket_hash bytea       PRIMARY KEY CHECK (octet_length(ticket_hash) = 32),
    user_id     text        NOT NULL,
    operator    boolean     NOT NULL,
    resource    text        NOT NULL,
    expires_at  timestamptz NOT NULL
);

CREATE INDEX stream_tickets_expires_at_idx ON stream_tickets (expires_at);

COMMENT ON TABLE stream_tickets IS 'Tickets that were given out and not spent yet';
COMMENT ON COLUMN stream_tickets.ticket_hash IS 'SHA-256 of the ticket';
COMMENT ON COLUMN stream_tickets.operator IS 'Whether it was given out to an operator';
COMMENT ON COLUMN stream_tickets.resource IS 'What it opens a stream of: session:id or site:id';
