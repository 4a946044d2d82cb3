-- The hot statements as the database gets them. SqlDocumentTests compares this file with the program; run it with
-- TASKPROCESSING_UPDATE_SQL=1 to write the file anew. Each comment names the member that has the statement, where the
-- comments in the source tell what the values are: {0} there is the first value here.
-- In sqlite3: ".parameter set ?1 42", then the statement; "EXPLAIN QUERY PLAN" before it shows the way it takes.

-- TaskClaim.For(types: 1)
WITH picked AS MATERIALIZED (SELECT id, priority, place FROM (
    SELECT id, priority, ROW_NUMBER() OVER (PARTITION BY type ORDER BY priority DESC, turn, id) AS place
    FROM (SELECT * FROM (SELECT id, type, priority, turn FROM tasks WHERE status = 1 AND not_before IS NULL AND type = ?3 ORDER BY priority DESC, turn, id LIMIT ?2)) AS queues) AS placed
ORDER BY priority DESC, place, id LIMIT ?2)
UPDATE OR FAIL tasks
SET status = 2, revision = revision + 1,
    started_at = ?1, attempt = attempt + 1, claim = claim + 1, renewals = 0,
    provider_id = CASE type WHEN ?3 THEN ?4 END, lease_seconds = CASE type WHEN ?3 THEN ?5 END, lease_until = ?1 + 1000 * CAST(CASE type WHEN ?3 THEN ?5 END AS bigint),
    history = history || CASE type WHEN ?3 THEN ?6 END
WHERE id IN (SELECT id FROM picked)
RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskClaim.For(types: 2)
WITH picked AS MATERIALIZED (SELECT id, priority, place FROM (
    SELECT id, priority, ROW_NUMBER() OVER (PARTITION BY type ORDER BY priority DESC, turn, id) AS place
    FROM (SELECT * FROM (SELECT id, type, priority, turn FROM tasks WHERE status = 1 AND not_before IS NULL AND type = ?3 ORDER BY priority DESC, turn, id LIMIT ?2) UNION ALL SELECT * FROM (SELECT id, type, priority, turn FROM tasks WHERE status = 1 AND not_before IS NULL AND type = ?7 ORDER BY priority DESC, turn, id LIMIT ?2)) AS queues) AS placed
ORDER BY priority DESC, place, id LIMIT ?2)
UPDATE OR FAIL tasks
SET status = 2, revision = revision + 1,
    started_at = ?1, attempt = attempt + 1, claim = claim + 1, renewals = 0,
    provider_id = CASE type WHEN ?3 THEN ?4 WHEN ?7 THEN ?8 END, lease_seconds = CASE type WHEN ?3 THEN ?5 WHEN ?7 THEN ?9 END, lease_until = ?1 + 1000 * CAST(CASE type WHEN ?3 THEN ?5 WHEN ?7 THEN ?9 END AS bigint),
    history = history || CASE type WHEN ?3 THEN ?6 WHEN ?7 THEN ?10 END
WHERE id IN (SELECT id FROM picked)
RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskClaim.ForBatch(types: 1)
WITH picked AS MATERIALIZED (SELECT id, priority, place FROM (
    SELECT id, priority, ROW_NUMBER() OVER (PARTITION BY type ORDER BY priority DESC, turn, id) AS place
    FROM (SELECT * FROM (SELECT id, type, priority, turn FROM tasks WHERE status = 1 AND not_before IS NULL AND type = ?3 ORDER BY priority DESC, turn, id LIMIT ?2)) AS queues) AS placed
ORDER BY priority DESC, place, id LIMIT ?2),
fitting AS MATERIALIZED (SELECT id FROM (
    SELECT id, SUM((SELECT octet_length(input) FROM tasks WHERE id = picked.id))
        OVER (ORDER BY priority DESC, place, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ahead
    FROM picked) AS summed
WHERE COALESCE(ahead, 0) < 8388608)
UPDATE OR FAIL tasks
SET status = 2, revision = revision + 1,
    started_at = ?1, attempt = attempt + 1, claim = claim + 1, renewals = 0,
    provider_id = CASE type WHEN ?3 THEN ?4 END, lease_seconds = CASE type WHEN ?3 THEN ?5 END, lease_until = ?1 + 1000 * CAST(CASE type WHEN ?3 THEN ?5 END AS bigint),
    history = history || CASE type WHEN ?3 THEN ?6 END
WHERE id IN (SELECT id FROM fitting)
RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskClaim.ForBatch(types: 2)
WITH picked AS MATERIALIZED (SELECT id, priority, place FROM (
    SELECT id, priority, ROW_NUMBER() OVER (PARTITION BY type ORDER BY priority DESC, turn, id) AS place
    FROM (SELECT * FROM (SELECT id, type, priority, turn FROM tasks WHERE status = 1 AND not_before IS NULL AND type = ?3 ORDER BY priority DESC, turn, id LIMIT ?2) UNION ALL SELECT * FROM (SELECT id, type, priority, turn FROM tasks WHERE status = 1 AND not_before IS NULL AND type = ?7 ORDER BY priority DESC, turn, id LIMIT ?2)) AS queues) AS placed
ORDER BY priority DESC, place, id LIMIT ?2),
fitting AS MATERIALIZED (SELECT id FROM (
    SELECT id, SUM((SELECT octet_length(input) FROM tasks WHERE id = picked.id))
        OVER (ORDER BY priority DESC, place, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ahead
    FROM picked) AS summed
WHERE COALESCE(ahead, 0) < 8388608)
UPDATE OR FAIL tasks
SET status = 2, revision = revision + 1,
    started_at = ?1, attempt = attempt + 1, claim = claim + 1, renewals = 0,
    provider_id = CASE type WHEN ?3 THEN ?4 WHEN ?7 THEN ?8 END, lease_seconds = CASE type WHEN ?3 THEN ?5 WHEN ?7 THEN ?9 END, lease_until = ?1 + 1000 * CAST(CASE type WHEN ?3 THEN ?5 WHEN ?7 THEN ?9 END AS bigint),
    history = history || CASE type WHEN ?3 THEN ?6 WHEN ?7 THEN ?10 END
WHERE id IN (SELECT id FROM fitting)
RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Find
SELECT id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history FROM tasks WHERE id = ?1;

-- TaskStatements.Progress
UPDATE OR FAIL tasks SET status = 2, last_updated = ?2, revision = revision + 1, progress = ?5, total_steps = COALESCE(?6, total_steps), lease_until = ?2 + 1000 * CAST(lease_seconds AS bigint), renewals = CASE status WHEN 1 THEN 0 ELSE renewals + 1 END,
started_at = COALESCE(started_at, ?2), attempt = CASE attempt WHEN 0 THEN 1 ELSE attempt END,
claim = CASE status WHEN 1 THEN COALESCE(?4, claim + 1) ELSE claim END, not_before = NULL, history = history || CASE status WHEN 1 THEN ?3 ELSE '' END
WHERE id = ?1 AND status IN (1, 2) AND claim = COALESCE(?4, claim) RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Renew
UPDATE OR FAIL tasks
SET status = 2, lease_until = ?2 + 1000 * CAST(lease_seconds AS bigint), renewals = CASE status WHEN 1 THEN 0 ELSE renewals + 1 END,
started_at = COALESCE(started_at, ?2), attempt = CASE attempt WHEN 0 THEN 1 ELSE attempt END,
claim = CASE status WHEN 1 THEN COALESCE(?4, claim + 1) ELSE claim END, not_before = NULL, history = history || CASE status WHEN 1 THEN ?3 ELSE '' END, revision = revision + CASE status WHEN 1 THEN 1 ELSE 0 END
WHERE id = ?1 AND status IN (1, 2) AND claim = COALESCE(?4, claim) RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Stream
UPDATE OR FAIL tasks SET last_updated = ?2, revision = revision + 1, output = ?3, output_at = ?2, lease_until = ?2 + 1000 * CAST(lease_seconds AS bigint), renewals = CASE status WHEN 1 THEN 0 ELSE renewals + 1 END,
started_at = COALESCE(started_at, ?2), attempt = CASE attempt WHEN 0 THEN 1 ELSE attempt END,
claim = CASE status WHEN 1 THEN COALESCE(?4, claim + 1) ELSE claim END, not_before = NULL
WHERE id = ?1 AND status = 2 AND claim = COALESCE(?4, claim) AND (output_at IS NULL OR output_at <= ?5 OR output_at > ?2) RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Succeed.OfAny
UPDATE OR FAIL tasks SET status = 3, last_updated = ?2, revision = revision + 1, ended_at = ?2, not_before = NULL, output = COALESCE(?4, output), progress = COALESCE(?5, progress),
error_message = COALESCE(?6, error_message), user_facing_error_message = COALESCE(?7, user_facing_error_message),
history = history || ?3
WHERE id = ?1 AND status IN (1, 2) RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Succeed.OfPlain
UPDATE OR FAIL tasks SET status = 3, last_updated = ?2, revision = revision + 1, ended_at = ?2, not_before = NULL, output = COALESCE(?4, output), progress = COALESCE(?5, progress),
error_message = COALESCE(?6, error_message), user_facing_error_message = COALESCE(?7, user_facing_error_message),
history = history || ?3
WHERE id = ?1 AND status IN (1, 2) AND (webhook_uri IS NULL OR webhook_uri = '' OR webhook_method IS NULL OR webhook_method = '') RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Fail.OfAny
UPDATE OR FAIL tasks SET status = 4, last_updated = ?2, revision = revision + 1, ended_at = ?2, not_before = NULL, output = COALESCE(?4, output), progress = COALESCE(?5, progress),
error_message = COALESCE(?6, error_message), user_facing_error_message = COALESCE(?7, user_facing_error_message),
history = history || ?3
WHERE id = ?1 AND status IN (1, 2) AND claim = COALESCE(?8, claim) RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Fail.OfPlain
UPDATE OR FAIL tasks SET status = 4, last_updated = ?2, revision = revision + 1, ended_at = ?2, not_before = NULL, output = COALESCE(?4, output), progress = COALESCE(?5, progress),
error_message = COALESCE(?6, error_message), user_facing_error_message = COALESCE(?7, user_facing_error_message),
history = history || ?3
WHERE id = ?1 AND status IN (1, 2) AND claim = COALESCE(?8, claim) AND (webhook_uri IS NULL OR webhook_uri = '' OR webhook_method IS NULL OR webhook_method = '') RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Cancel.OfAny
UPDATE OR FAIL tasks SET status = 5, last_updated = ?2, revision = revision + 1, ended_at = ?2, not_before = NULL, history = history || ?3
WHERE id = ?1 AND status IN (1, 2) RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Cancel.OfPlain
UPDATE OR FAIL tasks SET status = 5, last_updated = ?2, revision = revision + 1, ended_at = ?2, not_before = NULL, history = history || ?3
WHERE id = ?1 AND status IN (1, 2) AND (webhook_uri IS NULL OR webhook_uri = '' OR webhook_method IS NULL OR webhook_method = '') RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Retry
UPDATE OR FAIL tasks SET status = 1, last_updated = ?2, revision = revision + 1, started_at = NULL, progress = NULL, output = NULL, output_at = NULL, claim = claim + 1, not_before = ?5, history = history || ?3
WHERE id = ?1 AND status = 2 AND claim = COALESCE(?4, claim) AND attempt < ?6 RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Release
UPDATE OR FAIL tasks SET status = 1, last_updated = ?2, revision = revision + 1, started_at = NULL, progress = NULL, output = NULL, output_at = NULL, claim = claim + 1, attempt = CASE WHEN attempt > 0 THEN attempt - 1 ELSE 0 END, history = history || ?3
WHERE id = ?1 AND status = 2 AND claim = COALESCE(?4, claim) RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Requeue
UPDATE OR FAIL tasks SET status = 1, last_updated = ?2, revision = revision + 1, started_at = NULL, progress = NULL, output = NULL, output_at = NULL, claim = claim + 1, ended_at = NULL, error_message = NULL, user_facing_error_message = NULL, attempt = 0, history = history || ?3
WHERE id = ?1 AND status = 4 RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.Lose
UPDATE OR FAIL tasks
SET status = 1, last_updated = ?1, revision = revision + 1, started_at = NULL, progress = NULL, output = NULL, output_at = NULL, history = history || ?2
WHERE id IN (SELECT id FROM tasks WHERE status = 2 AND lease_until <= ?1 AND attempt < ?4 ORDER BY lease_until LIMIT ?3) AND status = 2 AND lease_until <= ?1
RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.GiveUp
UPDATE OR FAIL tasks
SET status = 4, last_updated = ?1, revision = revision + 1, ended_at = ?1, error_message = ?5, user_facing_error_message = ?6, history = history || ?2
WHERE id IN (SELECT id FROM tasks WHERE status = 2 AND lease_until <= ?1 AND attempt >= ?4 ORDER BY lease_until LIMIT ?3) AND status = 2 AND lease_until <= ?1
RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.WakeDelayed
UPDATE OR FAIL tasks SET not_before = NULL
WHERE id IN (SELECT id FROM tasks WHERE not_before <= ?1 ORDER BY not_before LIMIT ?2) AND not_before <= ?1 RETURNING id, type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, turn, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history;

-- TaskStatements.DeleteOldEnded
DELETE FROM tasks
WHERE status = ?4 AND status NOT IN (1, 2) AND id IN (SELECT id FROM tasks WHERE status = ?4 AND status NOT IN (1, 2) AND type = ?3 AND last_updated < ?1 AND allow_cleanup
    ORDER BY last_updated LIMIT ?2)
RETURNING id, user_id;

-- TaskStatements.DeleteOldScheduled
DELETE FROM tasks
WHERE status = 1 AND id IN (SELECT id FROM tasks WHERE status = 1 AND id > 0 AND last_updated < ?1 AND allow_cleanup
    ORDER BY id LIMIT ?2)
RETURNING id, user_id;

-- TaskStatements.DeleteOldRunning
DELETE FROM tasks
WHERE status = 2 AND id IN (SELECT id FROM tasks WHERE status = 2 AND id > 0 AND last_updated < ?1 AND allow_cleanup
    ORDER BY id LIMIT ?2)
RETURNING id, user_id;

-- TaskInsert.Insert
INSERT OR FAIL INTO tasks (type, status, user_id, guest_address, app_id, input, output, custom_id, webhook_uri, webhook_method, include_watermark, prefer_streaming, allow_cleanup, progress, project_id, total_steps, provider_id, error_message, user_facing_error_message, scheduled_at, started_at, ended_at, last_updated, completion_expected_at, priority, party, not_before, attempt, claim, lease_seconds, lease_until, renewals, output_at, revision, trace_parent, history, turn)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, (SELECT COALESCE(MAX(turn), 0) FROM (
    SELECT turn FROM (SELECT turn FROM tasks WHERE status = 1 AND not_before IS NULL AND type = ?1 AND priority = ?25 ORDER BY turn LIMIT 1) AS front
    UNION ALL
    SELECT turn + 1 FROM (
        SELECT turn FROM tasks WHERE status = 1 AND party = ?26 AND type = ?1 AND priority = ?25 ORDER BY turn DESC LIMIT 1) AS own) AS turns))
RETURNING id, turn;

-- WebhookOutbox.Insert
INSERT INTO webhook_deliveries (id, task_id, user_id, of_guest, uri, method, target, body,
    created_at, retried_since, next_attempt_at, state, attempts, history, trace_parent)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?9, 0, 0, '', ?10) RETURNING id;

-- FileTreeStatements.Below
WITH RECURSIVE tree(id, parent_id, name, is_folder, depth) AS (
    SELECT id, parent_id, name, is_folder, 0 FROM files WHERE id = ?1
    UNION ALL
    SELECT files.id, files.parent_id, files.name, files.is_folder, tree.depth + 1
    FROM tree CROSS JOIN files INDEXED BY ix_files_place ON files.parent_id = tree.id AND files.deleted_at IS NULL AND files.user_id IS NOT NULL WHERE tree.is_folder)
SELECT id AS "Id", parent_id AS "ParentId", name AS "Name", depth AS "Depth" FROM tree WHERE depth > 0 ORDER BY depth;

-- FileTreeStatements.Search
WITH RECURSIVE tree(id, is_folder, depth) AS (
    SELECT id, is_folder, 1 FROM files WHERE deleted_at IS NULL AND user_id = ?1 AND parent_id = ?2
    UNION ALL
    SELECT files.id, files.is_folder, tree.depth + 1
    FROM tree CROSS JOIN files INDEXED BY ix_files_place ON files.parent_id = tree.id AND files.deleted_at IS NULL AND files.user_id IS NOT NULL WHERE tree.is_folder AND tree.depth < ?3)
SELECT files.* FROM tree CROSS JOIN files WHERE files.id = tree.id ORDER BY tree.depth;

-- FileTreeStatements.Left
SELECT files.id AS "Id", files.user_id AS "UserId", tree.deleted_at AS "DeletedAt"
FROM (SELECT id, deleted_at FROM files WHERE deleted_at IS NOT NULL AND is_folder) AS tree CROSS JOIN files INDEXED BY ix_files_place ON files.parent_id = tree.id AND files.deleted_at IS NULL AND files.user_id IS NOT NULL LIMIT ?1;

-- FileTreeStatements.Sum(folderIds: [0, 7]), of a user's top folder and a folder with the id 7
WITH RECURSIVE tree(top, id, is_folder, size) AS (
    SELECT parent_id, id, is_folder, size FROM files WHERE deleted_at IS NULL AND user_id = ?1 AND parent_id = 0 UNION ALL SELECT parent_id, id, is_folder, size FROM files WHERE deleted_at IS NULL AND user_id IS NOT NULL AND parent_id IN (7)
    UNION ALL
    SELECT tree.top, files.id, files.is_folder, files.size FROM tree CROSS JOIN files INDEXED BY ix_files_place ON files.parent_id = tree.id AND files.deleted_at IS NULL AND files.user_id IS NOT NULL WHERE tree.is_folder)
SELECT top AS "Id", CAST(SUM(size) AS BIGINT) AS "Size" FROM tree GROUP BY top;

-- FileTreeStatements.CopyOne
INSERT INTO files (user_id, parent_id, name, is_folder, blob_key, revision, size, media_type, checksum, properties,
    modified_at, created_at)
SELECT user_id, ?1, ?2, is_folder, blob_key, CASE WHEN is_folder THEN ?5 END, size, media_type, checksum, properties,
    modified_at, ?3
FROM files WHERE id = ?4 AND deleted_at IS NULL
RETURNING id, CAST(?4 AS bigint), is_folder;
