-- The onboarding funnel from bench.event: each stage that a session of some days was offered, when
-- it was reached or skipped, in any order. Parameters: first and last day.
WITH begun AS MATERIALIZED (
    SELECT session_id, at AS started_at, body -> 'steps' AS steps
    FROM bench.event
    WHERE type = 'onboarding.started'
        AND at >= %1$s AND at < %2$s + 1
        AND NOT starts_with(body ->> 'source', 'test-') AND body ->> 'source' <> 'demo'
), offered AS (
    SELECT b.session_id, b.started_at, o.stage, o.step,
        row_number() OVER (PARTITION BY b.session_id ORDER BY o.part, o.ordinal) AS place
    FROM begun b
    CROSS JOIN LATERAL (
        SELECT 'started' AS stage, NULL AS step, 0 AS part, 0 AS ordinal
        UNION ALL
        SELECT coalesce(s.stage, step ->> 'stepId'), step ->> 'stepId', s.part,
            (step ->> 'ordinal')::integer
        FROM jsonb_array_elements(b.steps) AS step
        JOIN (VALUES
            ('STEP_KIND_FORM', NULL, 1),
            ('STEP_KIND_PATH', 'path_selected', 2),
            ('STEP_KIND_SITE', 'site_requested', 3),
            ('STEP_KIND_SITE', 'site_live', 4)) AS s (kind, stage, part) ON s.kind = step ->> 'kind'
        UNION ALL
        SELECT 'completed', NULL, 5, 0
    ) o
), reached AS (
    SELECT session_id, stage, min(at) AS at
    FROM (
        SELECT session_id, at,
            CASE type
                WHEN 'onboarding.started' THEN 'started'
                WHEN 'onboarding.step_completed' THEN body ->> 'stepId'
                WHEN 'onboarding.path_selected' THEN 'path_selected'
                WHEN 'site.provision_requested' THEN 'site_requested'
                WHEN 'site.provision_completed' THEN 'site_live'
                WHEN 'site.welcome_provisioned' THEN 'site_live'
                ELSE 'completed'
            END AS stage
        FROM bench.event
        WHERE type IN ('onboarding.started', 'onboarding.step_completed',
            'onboarding.path_selected', 'site.provision_requested', 'site.provision_completed',
            'site.welcome_provisioned', 'onboarding.completed')
    ) e
    GROUP BY session_id, stage
), skipped AS (
    SELECT session_id, step, at
    FROM (
        SELECT DISTINCT ON (session_id, body ->> 'stepId')
            session_id, body ->> 'stepId' AS step, type, at
        FROM bench.event
        WHERE type IN ('onboarding.step_skipped', 'onboarding.step_reopened')
        ORDER BY session_id, body ->> 'stepId', position DESC
    ) last
    WHERE type = 'onboarding.step_skipped'
), timed AS (
    SELECT o.session_id, o.stage, o.place,
        ceil(extract(epoch FROM r.at - o.started_at) * 1000)::bigint AS reached_ms,
        CASE WHEN r.at IS NULL
            THEN ceil(extract(epoch FROM s.at - o.started_at) * 1000)::bigint END AS skipped_ms
    FROM offered o
    LEFT JOIN reached r USING (session_id, stage)
    LEFT JOIN skipped s USING (session_id, step)
), passed AS MATERIALIZED (
    SELECT session_id, stage, place, reached_ms, skipped_ms,
        lag(coalesce(reached_ms, skipped_ms)) OVER (PARTITION BY session_id ORDER BY place)
            AS before_ms
    FROM timed
), sites AS (
    SELECT session_id, max(rank) AS leading
    FROM (
        SELECT DISTINCT ON (site_id) session_id,
            CASE type
                WHEN 'site.provision_requested' THEN 1
                WHEN 'site.welcome_adopted' THEN 1
                WHEN 'site.provision_completed' THEN 9
                WHEN 'site.welcome_provisioned' THEN 9
                WHEN 'site.provision_failed' THEN 0
                ELSE array_position(ARRAY['FAILED', 'REQUESTED', 'SOURCE_RESOLVING',
                    'AWAITING_GITHUB', 'SOURCE_RESOLVED', 'VERCEL_CREATING', 'VERCEL_CREATED',
                    'HOOK_CREATING', 'HOOK_CREATED', 'LIVE'],
                    substr(body ->> 'toState', length('PROVISIONING_STATE_') + 1)) - 1
            END AS rank
        FROM bench.event
        WHERE type IN ('site.provision_requested', 'site.welcome_adopted',
            'site.provision_completed', 'site.welcome_provisioned', 'site.provision_failed',
            'site.state_changed')
        ORDER BY site_id, position DESC
    ) last
    GROUP BY session_id
), ended AS (
    SELECT session_id,
        bool_or(type = 'onboarding.completed') AS completed,
        bool_or(type = 'onboarding.reset') AS was_reset,
        coalesce(max(position) FILTER (WHERE type = 'onboarding.abandoned'), 0)
            > coalesce(max(position) FILTER (WHERE type = 'onboarding.resumed'), 0) AS abandoned
    FROM bench.event
    WHERE type IN ('onboarding.completed', 'onboarding.reset', 'onboarding.abandoned',
        'onboarding.resumed')
    GROUP BY session_id
), stands AS (
    SELECT b.session_id, b.started_at,
        CASE
            WHEN e.completed THEN 'converted'
            WHEN e.was_reset THEN 'reset'
            WHEN s.leading = 0 THEN 'failed'
            WHEN e.abandoned THEN 'dropped'
            WHEN s.leading = 3 THEN 'parkedOnUser'
            WHEN s.leading BETWEEN 1 AND 8 THEN 'parkedOnUs'
            ELSE 'inFlight'
        END AS outcome
    FROM begun b
    LEFT JOIN ended e USING (session_id)
    LEFT JOIN sites s USING (session_id)
)
