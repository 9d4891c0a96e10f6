-- What browsers report of our Content-Security-Policy; what says the same is counted in one row.

create table browser_reports (
    digest text primary key not null,
    directive text not null,
    blocked text not null,
    page text not null,
    count bigint not null,
    first_at bigint not null,
    last_at bigint not null
);
create index browser_reports_by_time on browser_reports (last_at, digest);
