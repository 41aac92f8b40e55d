-- Campaigns that ask customers for overdue payments again and again, and what each customer was asked.
create table dunning_campaigns (
  organization_id uuid not null references organizations,
  id uuid not null,
  code text not null,
  name text not null,
  description text,
  days_between_attempts integer not null check (days_between_attempts > 0),
  max_attempts integer not null check (max_attempts > 0),
  bcc_emails text[] not null default '{}',
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id)
);
create unique index dunning_campaigns_code on dunning_campaigns (organization_id, code) where deleted_at is null;
create index dunning_campaigns_list on dunning_campaigns (organization_id, created_at desc, id);
call weir_wall('dunning_campaigns');

-- From which overdue balance on a campaign asks, in each currency; it leaves other currencies alone.
create table dunning_thresholds (
  organization_id uuid not null,
  dunning_campaign_id uuid not null,
  currency text not null,
  amount_cents bigint not null check (amount_cents >= 0),
  primary key (organization_id, dunning_campaign_id, currency),
  foreign key (organization_id, dunning_campaign_id) references dunning_campaigns
);
call weir_wall('dunning_thresholds');

-- The campaign of customers without one of their own.
alter table billing_entities
  add column applied_dunning_campaign_id uuid,
  add foreign key (organization_id, applied_dunning_campaign_id) references dunning_campaigns;

-- How a customer is dunned; a customer without a row is dunned as its billing entity says and was never asked.
create table customer_dunning (
  organization_id uuid not null references organizations,
  customer_id uuid not null,
  applied_dunning_campaign_id uuid,
  is_excluded boolean not null default false,
  -- One clock for all currencies.
  last_attempt_at timestamptz(3),
  updated_at timestamptz(3) not null,
  primary key (organization_id, customer_id),
  foreign key (organization_id, customer_id) references customers,
  foreign key (organization_id, applied_dunning_campaign_id) references dunning_campaigns
);
create index customer_dunning_campaign on customer_dunning (organization_id, applied_dunning_campaign_id)
  where applied_dunning_campaign_id is not null;
call weir_wall('customer_dunning');

create table dunning_attempts (
  organization_id uuid not null references organizations,
  customer_id uuid not null,
  currency text not null,
  attempts integer not null check (attempts >= 0),
  primary key (organization_id, customer_id, currency),
  foreign key (organization_id, customer_id) references customers
);
call weir_wall('dunning_attempts');

-- The campaign that made a payment request; null when somebody asked for it.
alter table payment_requests
  add column dunning_campaign_id uuid,
  add foreign key (organization_id, dunning_campaign_id) references dunning_campaigns;
create index payment_requests_campaign on payment_requests (organization_id, dunning_campaign_id)
  where dunning_campaign_id is not null;

-- Overdue invoices are few among all, and are looked up for one customer.
create index invoices_overdue on invoices (organization_id, customer_id) where payment_overdue;

-- Another kind of due work, beside all that earlier migrations allow.
do $$
declare
  known text;
begin
  select pg_get_expr(conbin, conrelid) into strict known
  from pg_constraint
  where conrelid = 'due_items'::regclass and conname = 'due_items_kind_check';
  alter table due_items drop constraint due_items_kind_check;
  execute format('alter table due_items add constraint due_items_kind_check check (%s or kind = ''dunning'')', known);
end
$$;
