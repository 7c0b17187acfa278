-- Version 3: what is understood beyond the tone.

-- Topics.

-- Accounts.

-- Readings: which model read what, and emotions.

-- What was read by another model than the present one. A new mention is not in it: only an analysis costs an entry.
CREATE INDEX IF NOT EXISTS by_model ON scraped_data (model_version, n)
    WHERE model_version IS NOT NULL AND excluded = 0;

-- Emotion, model and confidence of a day's mentions stand in its columns: names in `readings`, numbers in `read`. Days
-- without them are made anew by the next rollup (see version 2).
ALTER TABLE day_columns ADD COLUMN readings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE day_columns ADD COLUMN read BLOB NOT NULL DEFAULT x'';
DELETE FROM day_columns;
INSERT OR IGNORE INTO pending_hours (n, change)
SELECT ((day - 719163) * 86400 + 43200) << 20, (SELECT last FROM changes) FROM (SELECT DISTINCT day FROM day_cells);

-- Stories: copies of one text.

-- Entities: people, places and organisations named.
