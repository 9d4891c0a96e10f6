-- What somebody writes in a lesson and has not saved. The same as for SQLite, with the reasons there.
create table lesson_drafts (
    user_id bigint not null references users (id),
    course_id bigint not null references courses (id) on delete cascade,
    lesson_id bigint not null,
    title text not null,
    summary text not null,
    body text not null,
    seen bigint not null,
    kept_at bigint not null,
    primary key (user_id, course_id, lesson_id)
);
create index lesson_drafts_of_lesson on lesson_drafts (course_id, lesson_id);
create index lesson_drafts_by_age on lesson_drafts (kept_at);
