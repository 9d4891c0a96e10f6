-- Courses, who is in them, and their lessons.

create table courses (
    id integer primary key autoincrement,
    -- made from the first title; stays when the title changes, so that links do
    slug text not null unique,
    title text not null,
    summary text not null,
    description text not null,
    state text not null check (state in ('draft', 'published', 'concluded', 'archived')),
    -- in the catalogue, once published
    listed integer not null check (listed in (0, 1)),
    -- takes new people, once published
    open integer not null check (open in (0, 1)),
    created_at integer not null,
    changed_at integer not null,
    published_at integer
) strict;
create index courses_in_catalogue on courses (state, listed, published_at desc, id);

-- One row per person and course, whatever they are in it. Rows of people who left stay: what they read is theirs.
create table enrolments (
    course_id integer not null references courses (id),
    user_id integer not null references users (id),
    role text not null check (role in ('owner', 'instructor', 'assistant', 'student')),
    state text not null check (state in ('active', 'left', 'removed')),
    joined_at integer not null,
    ended_at integer,
    primary key (course_id, user_id),
    check ((state = 'active') = (ended_at is null))
) strict, without rowid;
create index enrolments_by_user on enrolments (user_id, state);

create table lessons (
    id integer primary key autoincrement,
    course_id integer not null references courses (id),
    slug text not null,
    title text not null,
    -- Markdown
    body text not null,
    state text not null check (state in ('draft', 'published')),
    -- 1, 2, 3, ... within the course
    position integer not null,
    created_at integer not null,
    changed_at integer not null,
    unique (course_id, slug)
) strict;
create index lessons_in_order on lessons (course_id, position);

-- Who has read what. A person's own marks, kept when they leave the course.
create table lesson_reads (
    lesson_id integer not null references lessons (id) on delete cascade,
    user_id integer not null references users (id),
    read_at integer not null,
    primary key (lesson_id, user_id)
) strict, without rowid;
create index lesson_reads_by_user on lesson_reads (user_id);
