create table alerts (
  organization_id uuid not null references organizations,
  id uuid not null,
  external_subscription_id text,
  billable_metric_id uuid,
  alert_type text not null check (alert_type in
    ('current_usage_amount', 'billable_metric_current_usage_amount', 'billable_metric_current_usage_units',
      'lifetime_usage_amount', 'billable_metric_lifetime_usage_units', 'wallet_balance_amount',
      'wallet_credits_balance', 'wallet_ongoing_balance_amount', 'wallet_credits_ongoing_balance')),
  code text not null,
  name text,
  direction text not null default 'increasing' check (direction in ('increasing', 'decreasing')),
  -- [{"code", "value", "recurring"}]
  thresholds json not null,
  previous_value numeric not null default 0,
  last_processed_at timestamptz(3),
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, billable_metric_id) references billable_metrics
);
create unique index alerts_code on alerts (organization_id, external_subscription_id, code)
  where deleted_at is null and external_subscription_id is not null;
-- One alert for each type and metric of a subscription; alerts without a metric count as one metric.
create unique index alerts_kind on alerts (organization_id, external_subscription_id, alert_type,
    coalesce(billable_metric_id, '00000000-0000-0000-0000-000000000000'))
  where deleted_at is null and external_subscription_id is not null;
call weir_wall('alerts');
create trigger usage_changed after insert or delete or update of deleted_at on alerts
  for each statement execute function weir_usage_changed();

create table triggered_alerts (
  organization_id uuid not null references organizations,
  id uuid not null,
  alert_id uuid not null,
  subscription_id uuid,
  current_value numeric not null,
  previous_value numeric not null,
  crossed_thresholds json not null,
  triggered_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, alert_id) references alerts
);
call weir_wall('triggered_alerts');

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
-- What the storing of events caches includes whether an endpoint wants to hear of faulty ones.
create trigger usage_changed after insert or update or delete on webhook_endpoints
  for each statement execute function weir_usage_changed();

-- The delivery log: one row for each message and endpoint, with the payload as it was when it was announced.
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
