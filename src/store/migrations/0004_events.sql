-- The log of what happened. Partitioned by the event's own time, because billing reads by it and old months are
-- detached by it; the clock makes months ahead, and whatever lies outside the made months is in events_elsewhere.
create table events (
  organization_id uuid not null,
  -- Version 7, made at the door: a later arrival has the greater id, which breaks ties of the same instant.
  id uuid not null,
  external_subscription_id text,
  code text not null,
  timestamp timestamptz(3) not null,
  transaction_id text not null,
  properties jsonb not null,
  precise_total_amount_cents numeric(40, 15),
  created_at timestamptz(3) not null,
  deleted_at timestamptz(3)
) partition by range (timestamp);
create table events_elsewhere partition of events default;
-- The code comes first, so that a metric made anew finds its events; a list by subscription skips over the codes.
create index events_usage on events (organization_id, code, external_subscription_id, timestamp, id);
create index events_list on events (organization_id, timestamp desc, transaction_id);
call weir_wall('events');

-- The duplicate key across partitions: (organization, external subscription, transaction id). A missing
-- subscription is distinct from every other, as nulls are.
create table event_keys (
  organization_id uuid not null,
  transaction_id text not null,
  external_subscription_id text,
  event_id uuid not null,
  timestamp timestamptz(3) not null,
  unique (organization_id, transaction_id, external_subscription_id)
);
call weir_wall('event_keys');

-- What is kept as running state for a metric: a new version when the metric or its keys change.
create table usage_trackers (
  organization_id uuid not null references organizations,
  id uuid not null,
  billable_metric_id uuid not null,
  code text not null,
  aggregation_type text not null,
  field_name text,
  -- Filter, pricing group and presentation keys of every charge on the metric, sorted.
  keys text[] not null,
  is_current boolean not null default true,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, billable_metric_id) references billable_metrics
);
create unique index usage_trackers_current on usage_trackers (organization_id, code) where is_current;
call weir_wall('usage_trackers');

-- Changes whenever something changes that events are stored by: metrics, charges, trackers, thresholds, alerts. What
-- a process knows of an organization's metrics is checked against it inside each storing transaction.
create table usage_versions (
  organization_id uuid primary key references organizations,
  version bigint not null
);
call weir_wall('usage_versions');

-- Sums of the events of one UTC day ('d') or hour ('h') of one subscription with the same values of the tracker's
-- keys; `bucket` is a digest of those values.
create table usage_sums (
  organization_id uuid not null,
  tracker_id uuid not null,
  external_subscription_id text not null,
  span "char" not null,
  starts_at timestamptz(3) not null,
  bucket uuid not null,
  dimensions text[] not null,
  events_count bigint not null,
  sum numeric not null,
  max numeric,
  -- Σ value · event time in ms since the epoch; only for weighted sums.
  moment numeric not null,
  precise_total_amount_cents numeric not null,
  last_at timestamptz(3) not null,
  primary key (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
call weir_wall('usage_sums');

-- The newest event of one day or hour with the same key values: for `latest`, and for unique counts once for each
-- counted value with its last operation.
create table usage_lasts (
  organization_id uuid not null,
  tracker_id uuid not null,
  external_subscription_id text not null,
  span "char" not null,
  starts_at timestamptz(3) not null,
  bucket uuid not null,
  dimensions text[] not null,
  unique_value text,
  events_count bigint not null,
  last_at timestamptz(3) not null,
  last_id uuid not null,
  last_value numeric,
  last_operation text not null,
  precise_total_amount_cents numeric not null,
  primary key (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
call weir_wall('usage_lasts');

-- How many events each process stored for an organization in a UTC day or minute: totals and deep pages of the
-- event list without counting rows. One row for each writer, so that processes do not wait for each other.
create table event_counts (
  organization_id uuid not null,
  writer integer not null,
  span "char" not null,
  starts_at timestamptz(3) not null,
  events_count bigint not null,
  primary key (organization_id, span, starts_at, writer)
) with (fillfactor = 50);
call weir_wall('event_counts');

-- Events whose code or subscription nobody knew when they came, so that somebody sees them.
create table unmatched_event_counts (
  organization_id uuid not null references organizations,
  reason text not null check (reason in ('unknown_code', 'unknown_subscription')),
  starts_on date not null,
  writer integer not null,
  events_count bigint not null,
  primary key (organization_id, reason, starts_on, writer)
);
call weir_wall('unmatched_event_counts');

-- Pay in advance: what has been charged so far in a period (metering-and-rating §3.12).
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
  primary key (organization_id, charge_id, charge_filter_id, subscription_external_id, period_from, grouped_by),
  foreign key (organization_id, charge_id) references charges
);
call weir_wall('advance_states');

-- Events that pay-in-advance charges have still to price, in the order of their arrival.
create table advance_events (
  organization_id uuid not null references organizations,
  event_id uuid not null,
  subscription_id uuid not null,
  timestamp timestamptz(3) not null,
  primary key (organization_id, event_id),
  foreign key (organization_id, subscription_id) references subscriptions
);
create index advance_events_subscription on advance_events (organization_id, subscription_id, timestamp, event_id);
call weir_wall('advance_events');
