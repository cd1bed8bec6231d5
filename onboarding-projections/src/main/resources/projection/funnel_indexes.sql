-- The entries of days.
CREATE INDEX IF NOT EXISTS funnel_entry_day ON funnel_entry (funnel, day, session_id, entry);
-- Those that came to one end: a week of latest days may hold none that was dropped yet.
CREATE INDEX IF NOT EXISTS funnel_entry_outcome ON funnel_entry (funnel, outcome, day, session_id, entry);
-- What restated days.
CREATE INDEX IF NOT EXISTS funnel_restatement_day ON funnel_restatement (funnel, day, position);
