-- Who of a course's staff looks at it as a student does. The same as for SQLite, with the reasons there.
create table views (
    sign_in_id bigint primary key references sign_ins (id) on delete cascade,
    course_id bigint not null references courses (id) on delete cascade,
    user_id bigint references users (id) on delete cascade,
    at bigint,
    begun_at bigint not null
);
create index views_by_course on views (course_id);
create index views_by_user on views (user_id);
