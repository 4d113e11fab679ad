create table tasks (
    id text primary key,
    resource_id text not null,
    action text not null,
    status text not null,
    result text,
    metadata jsonb not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index tasks_newest on tasks (created_at, id);

create table events (
    id uuid primary key,
    body jsonb not null
);
