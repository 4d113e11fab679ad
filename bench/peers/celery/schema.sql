drop table if exists jobs;
create table jobs (
    id uuid primary key,
    state text not null,
    attempt int not null default 0,
    callback_url text not null,
    payload text not null,
    result text,
    created_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz
);
