create table coupons (
  organization_id uuid not null references organizations,
  id uuid not null,
  code text not null,
  name text not null,
  description text,
  coupon_type text not null check (coupon_type in ('fixed_amount', 'percentage')),
  amount_cents bigint check (amount_cents > 0),
  amount_currency text,
  -- Percent: 10 is 10 %.
  percentage_rate numeric(10, 5) check (percentage_rate > 0),
  frequency text not null check (frequency in ('once', 'recurring', 'forever')),
  frequency_duration integer check (frequency_duration > 0),
  expiration text not null check (expiration in ('no_expiration', 'time_limit')),
  expiration_at timestamptz(3),
  reusable boolean not null,
  -- Kept when the targets are gone: a coupon that was limited never becomes one for everything.
  limited_plans boolean not null,
  limited_billable_metrics boolean not null,
  status text not null default 'active' check (status in ('active', 'terminated')),
  terminated_at timestamptz(3),
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  check (case coupon_type when 'fixed_amount' then amount_cents is not null and amount_currency is not null
    else percentage_rate is not null end),
  check (frequency <> 'recurring' or frequency_duration is not null),
  check (expiration <> 'time_limit' or expiration_at is not null),
  check (not (limited_plans and limited_billable_metrics)),
  check ((status = 'terminated') = (terminated_at is not null))
);
create unique index coupons_code on coupons (organization_id, code) where deleted_at is null;
create index coupons_list on coupons (organization_id, created_at, id);
call weir_wall('coupons');

-- The plans or the metrics that a coupon is limited to.
create table coupon_targets (
  organization_id uuid not null,
  id uuid not null,
  coupon_id uuid not null,
  plan_id uuid,
  billable_metric_id uuid,
  primary key (organization_id, id),
  foreign key (organization_id, coupon_id) references coupons,
  foreign key (organization_id, plan_id) references plans,
  foreign key (organization_id, billable_metric_id) references billable_metrics,
  check (num_nonnulls(plan_id, billable_metric_id) = 1)
);
create index coupon_targets_coupon on coupon_targets (organization_id, coupon_id);
create unique index coupon_targets_plan on coupon_targets (organization_id, plan_id, coupon_id)
  where plan_id is not null;
create unique index coupon_targets_metric on coupon_targets (organization_id, billable_metric_id, coupon_id)
  where billable_metric_id is not null;
call weir_wall('coupon_targets');

-- A coupon given to a customer, with its own terms. What was used of it stands in invoice_reductions, by its id.
create table applied_coupons (
  organization_id uuid not null references organizations,
  id uuid not null,
  coupon_id uuid not null,
  customer_id uuid not null,
  amount_cents bigint check (amount_cents > 0),
  amount_currency text,
  percentage_rate numeric(10, 5) check (percentage_rate > 0),
  frequency text not null check (frequency in ('once', 'recurring', 'forever')),
  frequency_duration integer check (frequency_duration > 0),
  status text not null default 'active' check (status in ('active', 'terminated')),
  terminated_at timestamptz(3),
  -- One that was used up comes back when an invoice that used it is voided; one that was taken away does not.
  ended_by text check (ended_by in ('use', 'removal')),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, coupon_id) references coupons,
  foreign key (organization_id, customer_id) references customers,
  check (num_nonnulls(amount_cents, percentage_rate) = 1),
  check ((amount_cents is null) = (amount_currency is null)),
  check (frequency <> 'recurring' or frequency_duration is not null),
  check ((status = 'terminated') = (terminated_at is not null and ended_by is not null))
);
create index applied_coupons_customer on applied_coupons (organization_id, customer_id, status);
create index applied_coupons_coupon on applied_coupons (organization_id, coupon_id);
create index applied_coupons_list on applied_coupons (organization_id, created_at, id);
call weir_wall('applied_coupons');

-- An invoice uses a coupon once.
create unique index invoice_reductions_coupon_once on invoice_reductions (organization_id, invoice_id, source_id)
  where kind = 'coupon';

-- Another kind of due work, beside all that earlier migrations allow.
do $$
declare
  known text;
begin
  select pg_get_expr(conbin, conrelid) into strict known
  from pg_constraint
  where conrelid = 'due_items'::regclass and conname = 'due_items_kind_check';
  alter table due_items drop constraint due_items_kind_check;
  execute format(
    'alter table due_items add constraint due_items_kind_check check (%s or kind = ''coupon_expiry'')', known);
end
$$;
