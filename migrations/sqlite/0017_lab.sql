-- What the lab takes back before its readers' eyes: rows of its own, for a second each.
create table lab_sign_ins (
    id integer primary key,
    -- of the sign-in, and of its person
    epoch integer not null,
    person_epoch integer not null,
    ended_at integer,
    expires_at integer not null
) strict;
