-- The entries of days, and what restated them.
CREATE INDEX IF NOT EXISTS funnel_entry_day ON funnel_entry (funnel, day, session_id, entry);
CREATE INDEX IF NOT EXISTS funnel_restatement_day ON funnel_restatement (funnel, day, position);
