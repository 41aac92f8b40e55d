-- Whatever will happen later, with the instant at which it is due (docs/time.md). One item for each kind and
-- subject: asking again moves it.
create table due_items (
  organization_id uuid not null references organizations,
  id uuid not null,
  kind text not null,
  subject_id uuid not null,
  due_at timestamptz(3) not null,
  -- Order among items of the same instant.
  rank smallint not null,
  attempts integer not null default 0,
  -- Real time before which a failed item is not tried again.
  retry_at timestamptz(3),
  error text,
  primary key (organization_id, id),
  unique (organization_id, kind, subject_id)
);
create index due_items_order on due_items (organization_id, due_at, rank, id);
create index due_items_due on due_items (due_at);
call weir_wall('due_items');

create table webhook_endpoints (
  organization_id uuid not null references organizations,
  id uuid not null,
  webhook_url text not null,
  signature_algo text not null default 'jwt' check (signature_algo in ('jwt', 'hmac')),
  name text,
  -- Null takes every type, an empty list none.
  event_types text[],
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, webhook_url)
);
call weir_wall('webhook_endpoints');

-- The delivery log: one row for each message and endpoint, its payload frozen when it was announced.
create table webhooks (
  organization_id uuid not null references organizations,
  id uuid not null,
  webhook_endpoint_id uuid not null,
  webhook_type text not null,
  object_type text not null,
  object_id uuid,
  -- The body as it is sent, to the byte, so that the signature holds on every retry.
  payload text not null,
  status text not null default 'pending' check (status in ('pending', 'retrying', 'succeeded', 'failed')),
  retries integer not null default 0,
  http_status integer,
  response text,
  last_retried_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, webhook_endpoint_id) references webhook_endpoints on delete cascade
);
create index webhooks_endpoint on webhooks (organization_id, webhook_endpoint_id, created_at desc);
call weir_wall('webhooks');

-- Queues a job in the caller's transaction. The queue's tables belong to the owner and are closed to weir_app.
create function weir_enqueue(task text, payload json, key text default null, tries integer default 25)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform graphile_worker.add_job(task, payload, job_key => key, max_attempts => tries);
end
$$;
revoke all on function weir_enqueue(text, json, text, integer) from public;
grant execute on function weir_enqueue(text, json, text, integer) to weir_app;
