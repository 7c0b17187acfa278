-- Version 3: what is understood beyond the tone.

-- Topics. The topic that a mention belongs to; a mention without one has no row. Another text is another matter: the
-- row goes with the text that it was made for.
CREATE TABLE topic_mentions (topic TEXT, n INTEGER, PRIMARY KEY (topic, n)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX topic_of ON topic_mentions (n);
-- The same of one day as arrays, as `topics.py` knows them: there and right, or not there, like `day_columns`.
CREATE TABLE day_topics (
    first INTEGER PRIMARY KEY,
    end INTEGER NOT NULL,
    topics TEXT NOT NULL,
    mentions BLOB NOT NULL
) STRICT;

-- Accounts.
-- Whoever is looked at alone, newest first, without walking all mentions of the period.
CREATE INDEX by_author ON scraped_data (author, n) WHERE author <> '';

-- Beside the columns of a day: followers and polarity (positive minus negative score) of each of its mentions, in the
-- same order. Made in the same transaction, and gone with them.
CREATE TABLE day_reach (first INTEGER PRIMARY KEY, followers BLOB NOT NULL, polarity BLOB NOT NULL) STRICT;
CREATE TRIGGER day_reach_goes AFTER DELETE ON day_columns BEGIN
    DELETE FROM day_reach WHERE first = old.first;
END;

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
