-- The log of events. It is partitioned by the event's own time, by which billing reads and old months are detached.
-- Months are created ahead of time; events outside of them are in events_elsewhere.
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
-- The code comes first, so that a new metric finds its events; a list by subscription skips over the codes. The id is
-- left out: no query needs it in order, and it would be a quarter of each entry.
create index events_usage on events (organization_id, code, external_subscription_id, timestamp);
create index events_list on events (organization_id, timestamp desc, transaction_id);
-- Events arrive almost in the order of their creation, so a summary for each range of pages is enough.
create index events_creation on events using brin (created_at);
call weir_wall('events');

-- The keys that make an event unique across all partitions: organization, external subscription, transaction id. Events
-- without a subscription are never duplicates of each other, because nulls are distinct.
create table event_keys (
  organization_id uuid not null,
  transaction_id text not null,
  external_subscription_id text,
  event_id uuid not null,
  timestamp timestamptz(3) not null,
  unique (organization_id, transaction_id, external_subscription_id)
);
call weir_wall('event_keys');

-- How many events each process stored for an organization in a UTC day ('d'), hour ('h') or minute ('m'): totals and
-- deep pages of the event list need not count rows. Each writer has its own row, so that processes never wait for each
-- other.
create table event_counts (
  organization_id uuid not null,
  writer integer not null,
  span "char" not null,
  starts_at timestamptz(3) not null,
  events_count bigint not null,
  primary key (organization_id, span, starts_at, writer)
) with (fillfactor = 50);
call weir_wall('event_counts');

-- How many events arrived with a code or a subscription that was not known, so that the loss is seen.
create table unmatched_event_counts (
  organization_id uuid not null references organizations,
  reason text not null check (reason in ('unknown_code', 'unknown_subscription')),
  starts_on date not null,
  writer integer not null,
  events_count bigint not null,
  primary key (organization_id, reason, starts_on, writer)
);
call weir_wall('unmatched_event_counts');

-- Events that name a wallet to be paid from, where a charge of their metric accepts such names. They are checked later,
-- and a name that no wallet has is reported.
create table target_wallet_events (
  organization_id uuid not null references organizations,
  event_id uuid not null,
  external_subscription_id text not null,
  code text not null,
  timestamp timestamptz(3) not null,
  primary key (organization_id, event_id)
);
call weir_wall('target_wallet_events');

-- Incremented whenever anything changes that decides how events are stored: metrics, charges, trackers, thresholds,
-- alerts. Each storing transaction checks that what its process has cached is of this version.
create table usage_versions (
  organization_id uuid primary key references organizations,
  version bigint not null
);
call weir_wall('usage_versions');

-- The running state that is kept for a metric; a new tracker replaces it when the metric or its keys change.
create table usage_trackers (
  organization_id uuid not null references organizations,
  id uuid not null,
  billable_metric_id uuid not null,
  code text not null,
  aggregation_type text not null check (aggregation_type in
    ('count_agg', 'sum_agg', 'max_agg', 'unique_count_agg', 'weighted_sum_agg', 'latest_agg', 'custom_agg')),
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
create trigger usage_changed after insert or update or delete on usage_trackers
  for each statement execute function weir_usage_changed();

-- Sums of the events of one UTC day ('d') or hour ('h', or a part of one: usage_cuts) of one subscription with the same
-- values of the tracker's keys; `bucket` is a digest of those values. A fold updates most rows of a page in one statement: pages are filled to
-- less than half, so that every new version of a row stays in its page.
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
) with (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.05);
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
  last_operation text not null check (last_operation in ('add', 'remove')),
  precise_total_amount_cents numeric not null,
  primary key (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket)
) with (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.05);
call weir_wall('usage_lasts');

-- Usage that waits to be added to usage_sums and usage_lasts: an upsert of a day and an hour for each event would cost
-- more than storing the event, and the events of a few seconds share most of their buckets. It is written in the
-- transaction of the events, and reads of usage add it to the rest (see usage-sql.ts).
create table usage_arrivals (
  organization_id uuid not null,
  -- The slot of the subscription; see usage-slots.ts.
  slot smallint not null,
  sums json,
  lasts json
) with (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
alter table usage_arrivals alter column sums set storage external, alter column lasts set storage external;
create index usage_arrivals_slot on usage_arrivals (organization_id, slot);
call weir_wall('usage_arrivals');

-- Instants inside an hour at which its row in usage_sums or usage_lasts is kept in two parts, so that a window that begins
-- or ends there need not read the events of the hour (docs/decisions/0016).
create table usage_cuts (
  organization_id uuid not null,
  tracker_id uuid not null,
  external_subscription_id text not null,
  cut_at timestamptz(3) not null,
  primary key (organization_id, tracker_id, external_subscription_id, cut_at)
);
call weir_wall('usage_cuts');
create trigger usage_changed after insert or update or delete on usage_cuts
  for each statement execute function weir_usage_changed();

-- Storing events is one call and one transaction, because a round trip for each of its statements would cost more than
-- the statements.
\ir ../functions/weir_instant.sql
\ir ../functions/weir_numeric.sql
\ir ../functions/weir_bucket.sql
\ir ../functions/weir_hour_parts.sql
\ir ../functions/weir_add_usage.sql
\ir ../functions/weir_fold_usage.sql
\ir ../functions/weir_event_subscription.sql
\ir ../functions/weir_event_is_taken.sql
\ir ../functions/weir_advance_subjects.sql
\ir ../functions/weir_watches_usage.sql
\ir ../functions/weir_watched_subscriptions.sql
\ir ../functions/weir_list_target_wallets.sql
\ir ../functions/weir_schedule_usage.sql
\ir ../functions/weir_count_unmatched.sql
\ir ../functions/weir_taken_events.sql
\ir ../functions/weir_ingest.sql
