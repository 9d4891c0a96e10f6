-- The words of lessons, to be found by: a column that the engine keeps, where SQLite has a table of its own. `simple`: lessons are written in
-- every language, and no stemmer fits them all. Signs divide words, as they do there. Of a text the first 100,000 characters: what comes
-- of more can be longer than the engine takes.
alter table lessons add column words tsvector not null generated always as (
    setweight(to_tsvector('simple', translate(title, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32))), 'A')
    || setweight(to_tsvector('simple', translate(summary, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32))), 'B')
    || to_tsvector('simple', translate(left(body, 100000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))
) stored;
create index lesson_words on lessons using gin (words);
