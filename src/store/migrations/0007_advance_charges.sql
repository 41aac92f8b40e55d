\ir ../functions/weir_digest.sql

-- What a charge in advance has billed so far in a period.
create table advance_states (
  organization_id uuid not null references organizations,
  subscription_external_id text not null,
  charge_id uuid not null,
  charge_filter_id uuid not null,
  grouped_by text not null,
  period_from timestamptz(3) not null,
  current numeric not null,
  max numeric not null,
  max_prorated numeric not null,
  updated_at timestamptz(3) not null,
  -- The values of group keys come from events and may be of any length.
  group_digest bytea not null generated always as (weir_digest(grouped_by)) stored,
  primary key (organization_id, charge_id, charge_filter_id, subscription_external_id, period_from, group_digest),
  foreign key (organization_id, charge_id) references charges
);
call weir_wall('advance_states');

-- Events that charges in advance have still to price. The fee of an event depends on what was accepted before it and on
-- the subscription as it stood then, never on when a worker comes: both are kept here, beside the event.
create table advance_events (
  organization_id uuid not null references organizations,
  event_id uuid not null,
  subscription_id uuid not null,
  timestamp timestamptz(3) not null,
  -- The order of acceptance within a subscription: a transaction takes its numbers while it holds the subscription's due
  -- item, hence whoever sees a number sees every smaller one.
  position bigint generated always as identity,
  -- When the subscription had ended, if it had by then.
  ended_at timestamptz(3),
  -- False for an event that the subscription is not charged for: it lies before its start and belongs to the quantity that
  -- a recurring metric carries over.
  is_charged boolean not null default true,
  primary key (organization_id, subscription_id, position),
  foreign key (organization_id, subscription_id) references subscriptions
);
call weir_wall('advance_events');

-- An event that a charge in advance could not price or write, while the others went on (docs/decisions/0009). Its
-- turn is over: what it adds to the charge's state is added, and the quantity that it owes for stands here.
create table advance_asides (
  organization_id uuid not null references organizations,
  id uuid not null,
  event_id uuid not null,
  charge_id uuid not null,
  subscription_id uuid not null,
  timestamp timestamptz(3) not null,
  priced_quantity numeric not null,
  shown_units numeric not null,
  -- Whether it is the first event that its bucket is charged for, which pays the first flat amount.
  is_first boolean not null default false,
  created_at timestamptz(3) not null,
  -- When the subscription had ended, if it had when the event was accepted.
  ended_at timestamptz(3),
  primary key (organization_id, id),
  unique (organization_id, event_id, charge_id),
  foreign key (organization_id, subscription_id) references subscriptions,
  foreign key (organization_id, charge_id) references charges
);
call weir_wall('advance_asides');
