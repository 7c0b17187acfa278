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
-- Days that version 2 rolled up have none: the next rollup makes them (see schema_2.sql for the moment that is named).
INSERT OR IGNORE INTO pending_hours (n, change)
SELECT ((day - 719163) * 86400 + 43200) << 20, (SELECT last FROM changes) FROM (SELECT DISTINCT day FROM day_cells);

-- Readings: which model read what, and emotions.

-- Stories: copies of one text.

-- Entities: people, places and organisations named.
