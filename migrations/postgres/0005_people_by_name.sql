-- The list of people is ordered in words that both engines have.

drop index users_by_name;
create index users_by_name on users (lower(name), id);
