-- What the lab takes back before its readers' eyes: rows of its own, for a second each.
create table lab_sign_ins (
    id integer primary key,
    person_epoch integer not null,
    ended_at integer,
    expires_at integer not null
) strict;
