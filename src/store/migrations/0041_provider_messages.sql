-- Messages of payment providers as they came, each once.
create table provider_messages (
  organization_id uuid not null references organizations,
  id uuid not null,
  payment_provider_id uuid not null,
  message_id text not null,
  message_type text not null,
  source text not null check (source in ('push', 'sweep')),
  status text not null check (status in ('pending', 'succeeded', 'waiting', 'failed', 'dead')),
  -- applied, no_change, or why it was ignored.
  result text,
  tries integer not null default 0,
  body jsonb not null,
  occurred_at timestamptz(3) not null,
  received_at timestamptz(3) not null,
  handled_at timestamptz(3),
  primary key (organization_id, id),
  foreign key (organization_id, payment_provider_id) references payment_providers,
  unique (organization_id, payment_provider_id, message_id)
);
create index provider_messages_list on provider_messages (organization_id, received_at desc, id);
create index provider_messages_undone on provider_messages (organization_id, status)
  where status in ('pending', 'waiting', 'failed');
create index provider_messages_age on provider_messages (received_at);
call weir_wall('provider_messages');
