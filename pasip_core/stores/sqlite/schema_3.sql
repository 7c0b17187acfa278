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

-- Readings: which model read what, and emotions.

-- Stories: copies of one text.

-- Entities: people, places and organisations named.
