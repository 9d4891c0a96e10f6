-- Uploaded files, and which texts name them. The same as for SQLite, with the reasons there.
create table contents (
    digest text primary key,
    size bigint not null,
    kept_at bigint not null,
    going_at bigint
);
create table files (
    course_id bigint not null references courses (id) on delete cascade,
    name_key text not null,
    name text not null,
    digest text not null references contents (digest),
    added_at bigint not null,
    added_by bigint references users (id),
    primary key (course_id, name_key)
);
create index files_by_content on files (digest);
create index files_by_user on files (added_by);
create table file_mentions (
    course_id bigint not null references courses (id) on delete cascade,
    name_key text not null,
    lesson_id bigint not null,
    primary key (course_id, name_key, lesson_id)
);
create index file_mentions_of_text on file_mentions (course_id, lesson_id);
