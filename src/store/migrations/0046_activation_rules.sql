-- Subscriptions that wait for the payment of their first invoice (docs/rules/subscriptions.md#activation-rules).
create table activation_rules (
  organization_id uuid not null references organizations,
  id uuid not null,
  subscription_id uuid not null,
  type text not null check (type = 'payment'),
  -- 0 means that it never ends by itself.
  timeout_hours integer not null check (timeout_hours >= 0),
  status text not null check (status in
    ('inactive', 'pending', 'satisfied', 'declined', 'failed', 'expired', 'not_applicable')),
  expires_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, subscription_id, type),
  foreign key (organization_id, subscription_id) references subscriptions
);
call weir_wall('activation_rules');

-- When it began to wait, which the API shows as its start. An upgrade that waited takes over when it is paid.
alter table subscriptions add column gated_at timestamptz(3);

-- One that waits has its external id for itself, unless it follows the active one that has it.
drop index subscriptions_active;
create unique index subscriptions_active on subscriptions (organization_id, external_id)
  where status = 'active' or status = 'incomplete' and previous_subscription_id is null;
create unique index subscriptions_incomplete on subscriptions (organization_id, external_id)
  where status = 'incomplete';

do $$
declare
  known text;
begin
  select pg_get_expr(conbin, conrelid) into known from pg_constraint
  where conrelid = 'due_items'::regclass and conname = 'due_items_kind_check';
  alter table due_items drop constraint due_items_kind_check;
  execute format(
    'alter table due_items add constraint due_items_kind_check check (%s or kind = ''subscription_gate'')', known);
end
$$;

-- A credit note that was used up may get its credit back.
\ir ../functions/weir_guard_credit_note.sql
