-- Undoing an import lets a letter wait again that waited for who was taken out by it.
alter table roster_changes add column was_untold boolean not null default false;

-- Looked at every few minutes, and nearly always empty.
create index enrolments_untold on enrolments (course_id) where untold;
create index awaited_untold on awaited (course_id) where untold;
