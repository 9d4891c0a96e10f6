-- What somebody writes in a lesson and has not saved: kept while they type, for themselves alone.
create table lesson_drafts (
    user_id integer not null references users (id),
    course_id integer not null references courses (id) on delete cascade,
    -- 0: a lesson that is not there yet
    lesson_id integer not null,
    title text not null,
    summary text not null,
    -- Markdown
    body text not null,
    -- when the lesson had last changed that they began with; 0 for one that is not there yet
    seen integer not null,
    kept_at integer not null,
    primary key (user_id, course_id, lesson_id)
) strict;
create index lesson_drafts_of_lesson on lesson_drafts (course_id, lesson_id);
create index lesson_drafts_by_age on lesson_drafts (kept_at);
