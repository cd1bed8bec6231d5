-- One row a site, for GET /sites.
CREATE TABLE sites (
    site_id         text        PRIMARY KEY,
    session_id      text        NOT NULL,
    user_id         text        NOT NULL,
    workspace_id    text        NOT NULL,
    slug            text        NOT NULL,
    hosting_mode    text        NOT NULL
        CHECK (hosting_mode IN ('user_git', 'platform_template')),
    lifecycle_stage text        NOT NULL
        CHECK (lifecycle_stage IN ('playground', 'adopted', 'live')),
    template_id     text        NOT NULL,
    deploy_status   text        CHECK (deploy_status IN ('pending', 'building', 'ready', 'failed')),
    deploy_url      text,
    github_repo     bytea,
    requested_at    timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    events          bigint      NOT NULL,
    last_position   bigint      NOT NULL,
    -- Platform template: playground and no repository. The user's own: adopted or live.
    CONSTRAINT sites_mode_and_stage CHECK (
        CASE hosting_mode
            WHEN 'platform_template' THEN lifecycle_stage = 'playground' AND github_repo IS NULL
            WHEN 'user_git' THEN lifecycle_stage IN ('adopted', 'live')
        END)
);

COMMENT ON TABLE sites IS 'One row a site, rebuilt from the log';
COMMENT ON COLUMN sites.deploy_status IS 'Outcome of the latest build, apart from the stage; null before the first';
COMMENT ON COLUMN sites.github_repo IS 'Source as the event has it: sealed with the key of the user, erased with it';
COMMENT ON COLUMN sites.requested_at IS 'When the site was first requested';
COMMENT ON COLUMN sites.updated_at IS 'When its last event happened';
COMMENT ON COLUMN sites.events IS 'Number of its events applied';

-- One row for each site that is the user's own; none for a welcome site.
CREATE TABLE provisioning_sagas (
    site_id    text        PRIMARY KEY,
    state      text        NOT NULL CHECK (state IN
        ('requested', 'source_resolving', 'source_resolved', 'awaiting_github', 'vercel_creating',
         'vercel_created', 'hook_creating', 'hook_created', 'live', 'failed')),
    attempt    integer     NOT NULL CHECK (attempt > 0),
    last_error text,
    error_kind text        CHECK (error_kind IN
        ('user_action', 'operator_action', 'exhausted', 'invalid_source', 'internal')),
    saga_kind  text        NOT NULL CHECK (saga_kind IN ('provision', 'adopt')),
    updated_at timestamptz NOT NULL
);

COMMENT ON TABLE provisioning_sagas IS 'Where the provisioning of each user site is, rebuilt from the log';
COMMENT ON COLUMN provisioning_sagas.attempt IS 'From 1; a retry of a failed site begins the next';
COMMENT ON COLUMN provisioning_sagas.last_error IS 'Why the present attempt failed; null if it has not';
COMMENT ON COLUMN provisioning_sagas.updated_at IS 'Since when it is in its state';
