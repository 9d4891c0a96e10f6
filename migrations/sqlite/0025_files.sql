-- The bytes of uploaded files, which lie outside of the database under their SHA-256. Once each.
create table contents (
    digest text primary key not null,
    size integer not null,
    -- when it was last about to be used, or a file last meant it
    kept_at integer not null,
    -- since when it is being deleted; none: it is not
    going_at integer
) strict;
-- A name in a course, and which content it means.
create table files (
    course_id integer not null references courses (id) on delete cascade,
    -- as it is compared
    name_key text not null,
    name text not null,
    digest text not null references contents (digest),
    added_at integer not null,
    -- none: it came with the course
    added_by integer references users (id),
    primary key (course_id, name_key)
) strict;
create index files_by_content on files (digest);
create index files_by_user on files (added_by);
-- Which files a text of the course names: who may read the text may open them.
create table file_mentions (
    course_id integer not null references courses (id) on delete cascade,
    name_key text not null,
    -- 0: the description of the course
    lesson_id integer not null,
    primary key (course_id, name_key, lesson_id)
) strict;
create index file_mentions_of_text on file_mentions (course_id, lesson_id);
