-- A user's sites, newest first.
CREATE INDEX IF NOT EXISTS sites_user ON sites (user_id, requested_at DESC, site_id DESC);
-- What is under way, longest in its state first; and what is in one state.
CREATE INDEX IF NOT EXISTS provisioning_sagas_in_flight ON provisioning_sagas (updated_at, site_id)
    WHERE state NOT IN ('live', 'failed');
CREATE INDEX IF NOT EXISTS provisioning_sagas_state ON provisioning_sagas (state, updated_at, site_id);
