-- Addresses that blocked people have given up, as their MAC with the site's key: another account with one is kept out of the same courses.
create table given_up_addresses (
    user_id bigint not null references users (id),
    address_mac text not null,
    since bigint not null,
    primary key (user_id, address_mac)
);
create index given_up_addresses_by_address on given_up_addresses (address_mac);
