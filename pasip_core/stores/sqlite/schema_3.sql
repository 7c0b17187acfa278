-- Version 3: what is understood beyond the tone.

-- Topics.

-- Accounts.

-- Readings: which model read what, and emotions.

-- Stories: copies of one text.

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
