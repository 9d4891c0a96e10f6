-- Whose letter waits until the course is published: nobody can open a draft that they hear of.
alter table enrolments add column untold integer not null default 0 check (untold in (0, 1));
alter table awaited add column untold integer not null default 0 check (untold in (0, 1));
