-- Version 3: what is understood beyond the tone.

-- Topics.

-- Accounts.

-- Readings: which model read what, and emotions.

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
-- The columns of days tell stories, too: the next rollup makes them anew.
INSERT OR IGNORE INTO pending_hours (n, change)
SELECT ((day - 719163) * 86400 + 43200) << 20, (SELECT last FROM changes) FROM (SELECT DISTINCT day FROM day_cells);
DELETE FROM day_columns;

-- Entities: people, places and organisations named.
