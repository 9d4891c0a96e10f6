-- What getting an account back, or taking it over, is measured by.

-- when an admin, or whoever runs the server, said whose account it is; none: its person made it themselves
alter table users add column vouched_at bigint;
-- until when it was an admin's
alter table users add column admin_until bigint;
-- whoever has a role was given it
update users set vouched_at = created_at where role <> 'student';

-- the address the mail went to, in the form it is found by
alter table mail_links add column sent_to text;

-- the account's epoch when the code was sent; none where there is no account
alter table one_time_codes add column epoch bigint;
