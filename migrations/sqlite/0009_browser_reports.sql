-- What browsers report of our Content-Security-Policy; what says the same is counted in one row.

create table browser_reports (
    -- SHA-256 of what it says
    digest text primary key not null,
    directive text not null,
    blocked text not null,
    page text not null,
    count integer not null,
    first_at integer not null,
    last_at integer not null
) strict, without rowid;
create index browser_reports_by_time on browser_reports (last_at, digest);
