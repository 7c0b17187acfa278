-- The embedded store. Times are milliseconds since 1970 in UTC; ids are the 12 bytes behind 24 hex characters.
--
-- A mention's row number `n` is its second of publication, shifted by 28 bits, plus 28 bits of its id. So the
-- order of rows is the order of time: a period is a range of `n`, "newest first" needs no sorting, and the
-- text index, whose rows carry the same number, finds the newest matches of a common word at once.

CREATE TABLE scraped_data (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    source TEXT NOT NULL,
    platform TEXT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    url TEXT NOT NULL,
    author TEXT NOT NULL,
    author_followers INTEGER,
    likes INTEGER,
    shares INTEGER,
    comments INTEGER,
    engagement INTEGER,
    raw_data TEXT NOT NULL,
    scraped_at INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    language TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    cluster_id BLOB NOT NULL,
    keyword_set INTEGER NOT NULL,
    rules_revision TEXT NOT NULL,
    sentiment TEXT,
    confidence REAL,
    positive REAL,
    negative REAL,
    neutral REAL,
    emotion TEXT,
    model_version TEXT,
    processed_at INTEGER,
    excluded INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Everything that is counted or filtered by, without the texts: periods are summed from this index alone.
CREATE INDEX facts ON scraped_data
    (n, excluded, platform, source, sentiment, keyword_set, engagement, cluster_id, author);
CREATE INDEX to_analyse ON scraped_data (n) WHERE sentiment IS NULL AND excluded = 0;
CREATE INDEX to_rematch ON scraped_data (rules_revision, excluded);
CREATE INDEX to_remove ON scraped_data (n) WHERE excluded = 1;

-- External content: the index keeps no second copy of the texts.
CREATE VIRTUAL TABLE mention_text USING fts5 (
    title, content, content = 'scraped_data', content_rowid = 'n', tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER mention_text_insert AFTER INSERT ON scraped_data BEGIN
    INSERT INTO mention_text (rowid, title, content) VALUES (new.n, new.title, new.content);
END;
CREATE TRIGGER mention_text_delete AFTER DELETE ON scraped_data BEGIN
    INSERT INTO mention_text (mention_text, rowid, title, content) VALUES ('delete', old.n, old.title, old.content);
END;
CREATE TRIGGER mention_text_update AFTER UPDATE OF title, content ON scraped_data BEGIN
    INSERT INTO mention_text (mention_text, rowid, title, content) VALUES ('delete', old.n, old.title, old.content);
    INSERT INTO mention_text (rowid, title, content) VALUES (new.n, new.title, new.content);
END;

-- Each set of keywords that occurs, once; set 1 is the empty one.
CREATE TABLE keyword_sets (id INTEGER PRIMARY KEY, keywords TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO keyword_sets (id, keywords) VALUES (1, '[]');
CREATE TABLE keyword_set_members (keyword TEXT, keyword_set INTEGER, PRIMARY KEY (keyword, keyword_set)) STRICT, WITHOUT ROWID;

-- The stance towards each matched keyword; NULL is pending.
CREATE TABLE stances (
    keyword TEXT NOT NULL,
    n INTEGER NOT NULL,
    sentiment TEXT,
    corrected INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (keyword, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE sentiment_analysis (
    number INTEGER PRIMARY KEY,
    data_id BLOB NOT NULL,
    sentiment TEXT NOT NULL,
    confidence REAL NOT NULL,
    positive REAL NOT NULL,
    negative REAL NOT NULL,
    neutral REAL NOT NULL,
    emotion TEXT,
    keywords_mentioned TEXT NOT NULL,
    processed_at INTEGER NOT NULL,
    model_version TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    keyword TEXT
) STRICT;
CREATE INDEX analyses_of ON sentiment_analysis (data_id, model_version);

-- What rollup has to look at again: `change` is the number of the write that touched the mention last.
CREATE TABLE pending_hours (n INTEGER PRIMARY KEY, change INTEGER NOT NULL) STRICT;
CREATE TABLE changes (only INTEGER PRIMARY KEY CHECK (only = 1), last INTEGER NOT NULL) STRICT;
INSERT INTO changes VALUES (1, 0);
CREATE TABLE day_versions (day INTEGER PRIMARY KEY, version INTEGER NOT NULL) STRICT;
CREATE TABLE leases (name TEXT PRIMARY KEY, token INTEGER NOT NULL, owner TEXT NOT NULL, until REAL NOT NULL) STRICT;

-- Series. `hour` is seconds since 1970, `day` days since 0001-01-01. `volume` counts mentions, `count` stories.
-- One row holds all four sentiments, and rows of platform '*' hold the sum over all platforms: the work of a question
-- then follows the days it asks for, hardly the mentions behind them. Keyword '*' counts every mention.
CREATE TABLE hour_cells (
    keyword TEXT, platform TEXT, hour INTEGER,
    positive_volume INTEGER NOT NULL, positive_count INTEGER NOT NULL, positive_engagement INTEGER,
    neutral_volume INTEGER NOT NULL, neutral_count INTEGER NOT NULL, neutral_engagement INTEGER,
    negative_volume INTEGER NOT NULL, negative_count INTEGER NOT NULL, negative_engagement INTEGER,
    pending_volume INTEGER NOT NULL, pending_count INTEGER NOT NULL, pending_engagement INTEGER,
    PRIMARY KEY (keyword, platform, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX hour_cells_by_time ON hour_cells (hour);
CREATE TABLE day_cells (
    keyword TEXT, platform TEXT, day INTEGER,
    positive_volume INTEGER NOT NULL, positive_count INTEGER NOT NULL, positive_engagement INTEGER,
    neutral_volume INTEGER NOT NULL, neutral_count INTEGER NOT NULL, neutral_engagement INTEGER,
    negative_volume INTEGER NOT NULL, negative_count INTEGER NOT NULL, negative_engagement INTEGER,
    pending_volume INTEGER NOT NULL, pending_count INTEGER NOT NULL, pending_engagement INTEGER,
    PRIMARY KEY (keyword, platform, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX day_cells_by_time ON day_cells (day);

-- Disjoint sets of keywords. Grain 0 sums over platforms and sources, 1 over sources, 2 tells both; 3, 4 and 5 are the
-- same summed over all sets.
CREATE TABLE set_cells (
    grain INTEGER, day INTEGER, keyword_set INTEGER, platform TEXT, source TEXT,
    positive_volume INTEGER NOT NULL, positive_count INTEGER NOT NULL, positive_engagement INTEGER,
    neutral_volume INTEGER NOT NULL, neutral_count INTEGER NOT NULL, neutral_engagement INTEGER,
    negative_volume INTEGER NOT NULL, negative_count INTEGER NOT NULL, negative_engagement INTEGER,
    pending_volume INTEGER NOT NULL, pending_count INTEGER NOT NULL, pending_engagement INTEGER,
    PRIMARY KEY (grain, day, keyword_set, platform, source)
) STRICT, WITHOUT ROWID;

-- The same for people and charts: one row a keyword, platform, sentiment and hour or day, as InfluxDB has it.
CREATE VIEW sentiment_metrics AS
SELECT 'day' AS grain, date((day - 719163) * 86400, 'unixepoch') AS time, keyword, platform, 'positive' AS sentiment,
    positive_count AS count, positive_volume AS volume, positive_engagement AS engagement_total
    FROM day_cells WHERE platform <> '*' AND positive_volume > 0
UNION ALL
SELECT 'day' AS grain, date((day - 719163) * 86400, 'unixepoch') AS time, keyword, platform, 'neutral' AS sentiment,
    neutral_count AS count, neutral_volume AS volume, neutral_engagement AS engagement_total
    FROM day_cells WHERE platform <> '*' AND neutral_volume > 0
UNION ALL
SELECT 'day' AS grain, date((day - 719163) * 86400, 'unixepoch') AS time, keyword, platform, 'negative' AS sentiment,
    negative_count AS count, negative_volume AS volume, negative_engagement AS engagement_total
    FROM day_cells WHERE platform <> '*' AND negative_volume > 0
UNION ALL
SELECT 'day' AS grain, date((day - 719163) * 86400, 'unixepoch') AS time, keyword, platform, 'pending' AS sentiment,
    pending_count AS count, pending_volume AS volume, pending_engagement AS engagement_total
    FROM day_cells WHERE platform <> '*' AND pending_volume > 0
UNION ALL
SELECT 'hour' AS grain, datetime(hour, 'unixepoch') AS time, keyword, platform, 'positive' AS sentiment,
    positive_count AS count, positive_volume AS volume, positive_engagement AS engagement_total
    FROM hour_cells WHERE platform <> '*' AND positive_volume > 0
UNION ALL
SELECT 'hour' AS grain, datetime(hour, 'unixepoch') AS time, keyword, platform, 'neutral' AS sentiment,
    neutral_count AS count, neutral_volume AS volume, neutral_engagement AS engagement_total
    FROM hour_cells WHERE platform <> '*' AND neutral_volume > 0
UNION ALL
SELECT 'hour' AS grain, datetime(hour, 'unixepoch') AS time, keyword, platform, 'negative' AS sentiment,
    negative_count AS count, negative_volume AS volume, negative_engagement AS engagement_total
    FROM hour_cells WHERE platform <> '*' AND negative_volume > 0
UNION ALL
SELECT 'hour' AS grain, datetime(hour, 'unixepoch') AS time, keyword, platform, 'pending' AS sentiment,
    pending_count AS count, pending_volume AS volume, pending_engagement AS engagement_total
    FROM hour_cells WHERE platform <> '*' AND pending_volume > 0;

CREATE TABLE voices (platform TEXT, source TEXT, PRIMARY KEY (platform, source)) STRICT, WITHOUT ROWID;

-- The small collections: keywords, feeds, addresses, quota_uses, sources, source_runs, rhythms, cursors, imports, audit_log, moves.
CREATE TABLE records (collection TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (collection, id)) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_start ON records (collection, body ->> 'started_at');
CREATE INDEX runs_of_source ON records (collection, body ->> 'source', body ->> 'started_at');
