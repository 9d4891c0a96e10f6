-- What staff have to say to everybody in a course.
create table announcements (
    id integer primary key autoincrement not null,
    course_id integer not null references courses (id) on delete cascade,
    title text not null,
    -- Markdown
    body text not null,
    -- from when on it is out
    posted_at integer not null,
    created_at integer not null,
    changed_at integer not null,
    -- none: it came with the course
    posted_by integer references users (id),
    -- whether it goes out by mail, to which of its people it went last (they are gone through by number), and when it had gone to all
    mails integer not null check (mails in (0, 1)),
    mailed_to integer not null,
    mailed_at integer
) strict;
create index announcements_of_course on announcements (course_id, posted_at);
create index announcements_by_user on announcements (posted_by);
create index announcements_to_mail on announcements (posted_at) where mails = 1 and mailed_at is null;
-- Which files an announcement names: who may read it may open them.
create table announced_files (
    announcement_id integer not null references announcements (id) on delete cascade,
    name_key text not null,
    primary key (announcement_id, name_key)
) strict;
-- How somebody wants what is announced by mail; who has no row wants each at once.
create table mail_wishes (
    user_id integer primary key not null references users (id) on delete cascade,
    announcements text not null check (announcements in ('each', 'daily', 'none')),
    -- when their last mail of several left
    gathered_at integer
) strict;
-- What goes into somebody's next mail of several.
create table gathered (
    user_id integer not null references users (id) on delete cascade,
    announcement_id integer not null references announcements (id) on delete cascade,
    primary key (user_id, announcement_id)
) strict;
create index gathered_of_announcement on gathered (announcement_id);
