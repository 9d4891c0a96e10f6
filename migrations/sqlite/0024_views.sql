-- Who of a course's staff looks at it as a student does: for as long as their sign-in says so.
create table views (
    sign_in_id integer primary key not null references sign_ins (id) on delete cascade,
    course_id integer not null references courses (id) on delete cascade,
    -- none: any student
    user_id integer references users (id) on delete cascade,
    -- none: now
    at integer,
    begun_at integer not null
) strict;
create index views_by_course on views (course_id);
create index views_by_user on views (user_id);
