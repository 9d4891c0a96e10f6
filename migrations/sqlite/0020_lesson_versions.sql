-- The text of a lesson as each save left it; the last ones are kept.
create table lesson_versions (
    id integer primary key autoincrement,
    lesson_id integer not null references lessons (id) on delete cascade,
    title text not null,
    summary text not null,
    -- Markdown
    body text not null,
    saved_at integer not null,
    -- none: it was written before versions were kept
    saved_by integer references users (id)
) strict;
create index lesson_versions_of_lesson on lesson_versions (lesson_id, id);
create index lesson_versions_by_user on lesson_versions (saved_by);
