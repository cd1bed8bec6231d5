-- The list, newest first, and a user's own part of it.
CREATE INDEX IF NOT EXISTS session_view_newest ON session_view (started_at DESC, session_id DESC);
CREATE INDEX IF NOT EXISTS session_view_user ON session_view (user_id, started_at DESC, session_id DESC);
-- What the idle sweep looks for.
CREATE INDEX IF NOT EXISTS session_view_idle ON session_view (flow_id, flow_version, last_activity_at)
    WHERE status = 'active' AND NOT waits_for_site;
-- What a session of another system said.
CREATE INDEX IF NOT EXISTS ticket_sessions_told_by ON ticket_sessions (external_session_id);
