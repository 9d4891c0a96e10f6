-- Whose letter waits until the course is published: nobody can open a draft that they hear of.
alter table enrolments add column untold boolean not null default false;
alter table awaited add column untold boolean not null default false;
