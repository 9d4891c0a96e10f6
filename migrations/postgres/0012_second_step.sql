-- The second step: code apps, recovery codes, and sign-ins that are half way.

create table code_apps (
    user_id bigint primary key references users (id),
    -- sealed with the site's key: a code is compared with it, so a digest would not do
    seed text not null,
    created_at bigint not null,
    -- none: it was shown, and no code of it yet
    confirmed_at bigint,
    -- the last time step of which a code was taken: none is taken twice
    last_step bigint not null,
    last_used_at bigint
);

create table recovery_codes (
    -- SHA-256 of its 120 random bits, which are as many as need no slow hash
    code_digest text primary key not null,
    user_id bigint not null references users (id),
    created_at bigint not null,
    used_at bigint
);
create index recovery_codes_by_user on recovery_codes (user_id, used_at);

-- Recovery codes on the way from being made to being shown, once.
create table fresh_codes (
    user_id bigint primary key references users (id),
    -- whose browser made them
    sign_in_id bigint not null,
    -- sealed with the site's key
    codes text not null,
    expires_at bigint not null
);

-- Who has proven one thing and is asked for another.
create table half_sign_ins (
    -- SHA-256 of what stands in the cookie
    token_digest text primary key not null,
    user_id bigint not null references users (id),
    -- the account's epoch then
    epoch bigint not null,
    how text not null,
    remembered boolean not null,
    after_wrong boolean not null,
    next text not null,
    tries bigint not null,
    expires_at bigint not null
);
create index half_sign_ins_by_end on half_sign_ins (expires_at);
create index half_sign_ins_by_user on half_sign_ins (user_id);

-- what proved it besides; none for one proof alone
alter table sign_ins add column second text;
