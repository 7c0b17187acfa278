-- Version 2: the mentions of a rolled-up day as columns, what single mentions are summed from (accounts, words, a
-- keyword's stance by source) without walking `facts`: a year of a million mentions in a tenth of the time.
--
-- `first` and `end` are the first row number of the day and the first one after it. A row is made in the transaction
-- that writes the numbers of its day, and removed (or, for other names of authors, made anew) in that of any later
-- write of one of the day's mentions: it is there and right, or not there. `columns.py` knows the arrays within the
-- blobs; authors stand there as hashes, their names in `scraped_data` alone. `made` is another one each time.
CREATE TABLE day_columns (
    first INTEGER PRIMARY KEY,
    end INTEGER NOT NULL,
    made BLOB NOT NULL DEFAULT (randomblob(8)),
    voices TEXT NOT NULL,
    keywords TEXT NOT NULL,
    facts BLOB NOT NULL,
    accounts BLOB NOT NULL,
    stances BLOB NOT NULL
) STRICT;

-- Days rolled up by version 1 have no columns: the next rollup makes them. Noon in UTC lies within a day of most zones,
-- and within the day after it in the others, where the first day is left to its next change.
INSERT OR IGNORE INTO pending_hours (n, change)
SELECT ((day - 719163) * 86400 + 43200) << 20, (SELECT last FROM changes) FROM (SELECT DISTINCT day FROM day_cells);
