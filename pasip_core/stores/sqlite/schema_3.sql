-- Version 3: what is understood beyond the tone.

-- Topics.

-- Accounts.

-- Readings: which model read what, and emotions.

-- Stories: copies of one text.

-- Entities: people, places and organisations named.
