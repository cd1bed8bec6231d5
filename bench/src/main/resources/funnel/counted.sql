-- The numbers of an answer, from stages passed and outcomes: stage, bucket, and counts. Parameters:
-- the window in milliseconds, the upper bounds of the buckets.
SELECT 'stage' AS kind, stage AS name, NULL::integer AS bucket,
    count(*) AS offered,
    count(*) FILTER (WHERE reached_ms <= %3$s) AS sessions,
    count(skipped_ms) AS skipped,
    count(*) FILTER (WHERE before_ms <= %3$s) AS before,
    count(*) FILTER (WHERE before_ms <= %3$s AND reached_ms <= %3$s) AS both
FROM passed GROUP BY stage
UNION ALL
SELECT 'bucket', stage, width_bucket(reached_ms - 1, %4$s::bigint[]), NULL, count(*), NULL, NULL,
    NULL
FROM passed WHERE reached_ms <= %3$s GROUP BY 2, 3
UNION ALL
SELECT 'outcome', outcome, NULL, NULL, count(*), NULL, NULL, NULL FROM stands GROUP BY outcome
