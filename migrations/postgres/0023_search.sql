-- The words of lessons, to be found by: an index of the engine's own text search, where SQLite has a table of its own. `simple`: lessons
-- are written in every language, and no stemmer fits them all.
create index lesson_words on lessons using gin (to_tsvector('simple', title || ' ' || summary || ' ' || body));
