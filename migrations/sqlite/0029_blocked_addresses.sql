-- Blocks that hold for an address, whichever account has it next: its person is blocked and has given it up. Of the address its MAC with the
-- site's key. `user_id` is the account that the block stands at now, `blocked_id` the one that staff blocked.
create table blocked_addresses (
    course_id integer not null references courses (id),
    address_mac text not null,
    user_id integer not null references users (id),
    blocked_id integer not null references users (id),
    since integer not null,
    primary key (course_id, address_mac)
) strict, without rowid;
create index blocked_addresses_by_address on blocked_addresses (address_mac);
