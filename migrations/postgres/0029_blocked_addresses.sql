-- Blocks that hold for an address, whichever account has it next: its person is blocked and has given it up. Of the address its MAC with the
-- site's key. `user_id` is the account that the block stands at now, `blocked_id` the one that staff blocked.
create table blocked_addresses (
    course_id bigint not null references courses (id),
    address_mac text not null,
    user_id bigint not null references users (id),
    blocked_id bigint not null references users (id),
    since bigint not null,
    primary key (course_id, address_mac)
);
create index blocked_addresses_by_address on blocked_addresses (address_mac);
