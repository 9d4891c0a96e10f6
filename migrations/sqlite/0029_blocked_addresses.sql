-- SHA-256 of the address of a deleted account that was blocked in a course; null for all others. A new account with it is blocked there.
alter table users add column address_was text;
create index users_by_address_was on users (address_was);
