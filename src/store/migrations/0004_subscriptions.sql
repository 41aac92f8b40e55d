create table subscriptions (
  organization_id uuid not null references organizations,
  id uuid not null,
  customer_id uuid not null,
  plan_id uuid not null,
  external_id text not null,
  name text,
  status text not null check (status in ('pending', 'incomplete', 'active', 'terminated', 'canceled')),
  billing_time text not null check (billing_time in ('calendar', 'anniversary')),
  subscription_at timestamptz(3) not null,
  started_at timestamptz(3),
  activated_at timestamptz(3),
  ending_at timestamptz(3),
  terminated_at timestamptz(3),
  canceled_at timestamptz(3),
  trial_ended_at timestamptz(3),
  previous_subscription_id uuid,
  -- Why it ended, for the windows of its last bill.
  ended_by text check (ended_by in ('upgrade', 'downgrade', 'termination')),
  started_by text not null default 'creation' check (started_by in ('upgrade', 'downgrade', 'creation')),
  on_termination_credit_note text
    check (on_termination_credit_note in ('credit', 'skip', 'refund', 'offset')),
  on_termination_invoice text not null default 'generate' check (on_termination_invoice in ('generate', 'skip')),
  progressive_billing_disabled boolean not null default false,
  consolidate_invoice boolean not null default true,
  purchase_order_number text,
  billing_entity_id uuid,
  payment_method_type text not null default 'provider' check (payment_method_type in ('provider', 'manual')),
  payment_method_id uuid,
  cancellation_reason text,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, customer_id) references customers,
  foreign key (organization_id, plan_id) references plans,
  foreign key (organization_id, billing_entity_id) references billing_entities,
  foreign key (organization_id, previous_subscription_id) references subscriptions,
  check (status <> 'active' or started_at is not null),
  check (status <> 'terminated' or terminated_at is not null)
);
create unique index subscriptions_active on subscriptions (organization_id, external_id) where status = 'active';
create index subscriptions_external_id on subscriptions (organization_id, external_id, started_at);
create index subscriptions_customer on subscriptions (organization_id, customer_id);
create index subscriptions_plan on subscriptions (organization_id, plan_id);
create index subscriptions_previous on subscriptions (organization_id, previous_subscription_id)
  where previous_subscription_id is not null;
call weir_wall('subscriptions');

create table usage_thresholds (
  organization_id uuid not null references organizations,
  id uuid not null,
  plan_id uuid,
  subscription_id uuid,
  threshold_display_name text,
  amount_cents bigint not null check (amount_cents > 0),
  is_recurring boolean not null default false,
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  check ((plan_id is null) <> (subscription_id is null)),
  foreign key (organization_id, plan_id) references plans,
  foreign key (organization_id, subscription_id) references subscriptions
);
create index usage_thresholds_plan on usage_thresholds (organization_id, plan_id) where deleted_at is null;
create index usage_thresholds_subscription on usage_thresholds (organization_id, subscription_id)
  where deleted_at is null;
call weir_wall('usage_thresholds');
create trigger usage_changed after insert or update or delete on usage_thresholds
  for each statement execute function weir_usage_changed();

create table lifetime_usages (
  organization_id uuid not null references organizations,
  id uuid not null,
  subscription_id uuid not null,
  historical_usage_amount_cents bigint not null default 0 check (historical_usage_amount_cents >= 0),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, subscription_id),
  foreign key (organization_id, subscription_id) references subscriptions
);
call weir_wall('lifetime_usages');

create table entitlements (
  organization_id uuid not null references organizations,
  id uuid not null,
  feature_id uuid not null,
  plan_id uuid,
  subscription_id uuid,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  check ((plan_id is null) <> (subscription_id is null)),
  unique (organization_id, plan_id, feature_id),
  unique (organization_id, subscription_id, feature_id),
  foreign key (organization_id, feature_id) references features,
  foreign key (organization_id, plan_id) references plans,
  foreign key (organization_id, subscription_id) references subscriptions
);
create index entitlements_feature on entitlements (organization_id, feature_id);
call weir_wall('entitlements');

create table entitlement_values (
  organization_id uuid not null references organizations,
  entitlement_id uuid not null,
  privilege_id uuid not null,
  value text,
  created_at timestamptz(3) not null,
  primary key (organization_id, entitlement_id, privilege_id),
  foreign key (organization_id, entitlement_id) references entitlements on delete cascade,
  foreign key (organization_id, privilege_id) references privileges
);
create index entitlement_values_privilege on entitlement_values (organization_id, privilege_id);
call weir_wall('entitlement_values');

-- Features and privileges of the plan that a subscription does not have.
create table entitlement_removals (
  organization_id uuid not null references organizations,
  id uuid not null,
  subscription_id uuid not null,
  feature_id uuid not null,
  privilege_id uuid,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, subscription_id) references subscriptions,
  foreign key (organization_id, feature_id) references features,
  foreign key (organization_id, privilege_id) references privileges
);
create unique index entitlement_removals_one on entitlement_removals
  (organization_id, subscription_id, feature_id, coalesce(privilege_id, '00000000-0000-0000-0000-000000000000'));
create index entitlement_removals_feature on entitlement_removals (organization_id, feature_id);
create index entitlement_removals_privilege on entitlement_removals (organization_id, privilege_id)
  where privilege_id is not null;
call weir_wall('entitlement_removals');
