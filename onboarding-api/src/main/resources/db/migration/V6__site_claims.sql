-- Names the site of a slug before it is made; a slug is given once and for good.
CREATE TABLE site_claims (
    slug       text        PRIMARY KEY,
    site_id    uuid        NOT NULL UNIQUE,
    session_id uuid        NOT NULL,
    user_id    text        NOT NULL,
    claimed_at timestamptz NOT NULL
);

CREATE INDEX site_claims_session ON site_claims (session_id, claimed_at);
CREATE INDEX site_claims_user ON site_claims (user_id, claimed_at);

COMMENT ON TABLE site_claims IS 'Which slug is which site''s; never deleted';
