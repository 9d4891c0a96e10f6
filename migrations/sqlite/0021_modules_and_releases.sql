-- Lessons stand in modules, and have a moment from which on students read them.
create table modules (
    id integer primary key autoincrement,
    course_id integer not null references courses (id) on delete cascade,
    title text not null,
    -- 1, 2, 3, ... within the course
    position integer not null
) strict;
create index modules_in_order on modules (course_id, position);

-- none: it stands before the first module
alter table lessons add column module_id integer references modules (id) on delete set null;
create index lessons_of_module on lessons (module_id);

-- none: a draft; a moment to come: its title stands in the plan until then
alter table lessons add column releases_at integer;
update lessons set releases_at = created_at where state = 'published';
drop index lessons_by_state;
alter table lessons drop column state;
-- Lessons are counted on most pages; without this, each count walks past every lesson's text.
create index lessons_by_release on lessons (course_id, releases_at);
