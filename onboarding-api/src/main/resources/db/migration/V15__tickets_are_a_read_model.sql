-- Tickets are a part of the read model sessionview now. What they named before is answered from here as
-- long as a generation serves that has no such table of its own; nothing is added any more.
COMMENT ON TABLE ticket_sessions IS
    'Read only until the first generation of sessionview with a table of that name is switched to';
