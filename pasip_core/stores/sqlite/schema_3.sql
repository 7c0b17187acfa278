-- Version 3: what is understood beyond the tone.

-- Topics. The topic that a mention belongs to; a mention without one has no row. Another text is another matter: the
-- row goes with the text that it was made for.
CREATE TABLE IF NOT EXISTS topic_mentions (topic TEXT, n INTEGER, PRIMARY KEY (topic, n)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS topic_of ON topic_mentions (n);
-- The same of one day as arrays, as `topics.py` knows them: there and right, or not there, like `day_columns`.
CREATE TABLE IF NOT EXISTS day_topics (
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

-- Stories: copies of one text. A story's id is the `cluster_id` of its mentions: the content hash of the text that was
-- said first. Rows of a mention come and go with it and with its text, by triggers, whoever writes it.
CREATE INDEX of_story ON scraped_data (cluster_id, excluded);
CREATE TABLE stories_to_look (n INTEGER PRIMARY KEY) STRICT;
CREATE TABLE fingerprints (
    n INTEGER PRIMARY KEY, words INTEGER NOT NULL, sketch BLOB NOT NULL, bands TEXT NOT NULL, looked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX fingerprints_by_age ON fingerprints (looked_at);
CREATE TABLE fingerprint_bands (band INTEGER, n INTEGER, PRIMARY KEY (band, n)) STRICT, WITHOUT ROWID;
CREATE TRIGGER story_of_new_mention AFTER INSERT ON scraped_data BEGIN
    INSERT OR IGNORE INTO stories_to_look (n) VALUES (new.n);
END;
CREATE TRIGGER story_of_new_text AFTER UPDATE OF content_hash ON scraped_data BEGIN
    DELETE FROM fingerprints WHERE n = new.n;
    INSERT OR IGNORE INTO stories_to_look (n) VALUES (new.n);
END;
CREATE TRIGGER story_of_removed_mention AFTER DELETE ON scraped_data BEGIN
    DELETE FROM fingerprints WHERE n = old.n;
    DELETE FROM stories_to_look WHERE n = old.n;
END;
CREATE TRIGGER forgotten_fingerprint AFTER DELETE ON fingerprints BEGIN
    DELETE FROM fingerprint_bands WHERE n = old.n AND band IN (SELECT value FROM json_each(old.bands));
END;
INSERT INTO stories_to_look (n) SELECT n FROM scraped_data;

-- Entities: people, places and organisations named.
-- The lowest three bits of a name's number are its kind (see `naming.py`), so that what is counted by number is known
-- by kind. A row of `names` goes with the last mention that holds it, `mention_names` with their mention or its text.
CREATE TABLE names (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL) STRICT;
CREATE TABLE mention_names (name INTEGER, n INTEGER, PRIMARY KEY (name, n)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX names_of_mention ON mention_names (n, name);
-- Who read the names of a mention last; empty: nobody did.
ALTER TABLE scraped_data ADD COLUMN names_by TEXT NOT NULL DEFAULT '';
CREATE INDEX to_name ON scraped_data (names_by, excluded);
-- The names in the mentions of a rolled-up day, as pairs of a place in `day_columns` and a number; made and removed
-- with that row.
CREATE TABLE day_names (first INTEGER PRIMARY KEY, pairs BLOB NOT NULL) STRICT;
CREATE TRIGGER names_leave_with_the_mention AFTER DELETE ON scraped_data BEGIN
    DELETE FROM mention_names WHERE n = old.n;
END;
CREATE TRIGGER names_leave_with_the_text AFTER UPDATE OF content_hash ON scraped_data
WHEN new.content_hash <> old.content_hash BEGIN
    DELETE FROM mention_names WHERE n = new.n;
    UPDATE scraped_data SET names_by = '' WHERE n = new.n;
END;
CREATE TRIGGER name_leaves_with_its_last_mention AFTER DELETE ON mention_names
WHEN NOT EXISTS (SELECT 1 FROM mention_names WHERE name = old.name) BEGIN
    DELETE FROM names WHERE number = old.name;
END;
CREATE TRIGGER names_leave_with_the_columns AFTER DELETE ON day_columns BEGIN
    DELETE FROM day_names WHERE first = old.first;
END;
