-- Words are found without their accents, as SQLite finds them and as `src/folded.rs` compares: the text is taken apart, its accents are left
-- out, and it is put together again. The sigma at the end of a word is the one within it.
create function folded(words text) returns text language sql immutable strict parallel safe as $$
    select pg_catalog.normalize(pg_catalog.translate(pg_catalog.regexp_replace(pg_catalog.normalize(words, 'NFD'),
        '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f]', '', 'g'), 'ς', 'σ'), 'NFC')
$$;
alter table lessons drop column words;
alter table lessons add column words tsvector not null generated always as (
    setweight(to_tsvector('simple', folded(translate(title, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))), 'A')
    || setweight(to_tsvector('simple', folded(translate(summary, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))), 'B')
    || to_tsvector('simple', folded(translate(left(body, 100000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32))))
) stored;
create index lesson_words on lessons using gin (words);
