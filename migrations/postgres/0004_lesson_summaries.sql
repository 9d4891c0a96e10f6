-- What a lesson is about, in one line, for the plan. Lessons made before have none.

alter table lessons add column summary text not null default '';

-- Published lessons are counted on most pages; without this, each count walks past every lesson's text.
create index lessons_by_state on lessons (course_id, state);
