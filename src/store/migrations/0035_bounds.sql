-- Quantities and prices have no bounds that the schema could know, amounts of money have: 64 bits of cents. What is
-- only shown (the price of one unit: amount / units) must never stop a bill.
alter table fees
  alter column unit_amount_cents type numeric,
  alter column precise_unit_amount type numeric;

-- Fees whose amount is beyond what a fee or its invoice holds: the rest of the bill goes out, these are named here, on
-- the invoice and by `weir doctor`.
create table unbilled_fees (
  organization_id uuid not null references organizations,
  id uuid not null,
  -- Null for a fee that no invoice would have carried.
  invoice_id uuid,
  subscription_id uuid,
  charge_id uuid,
  charge_filter_id uuid,
  fee_type text not null,
  currency text not null,
  units numeric not null,
  amount_cents numeric not null,
  grouped_by json not null default '{}',
  charges_from timestamptz(3),
  charges_to timestamptz(3),
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices,
  foreign key (organization_id, subscription_id) references subscriptions
);
create index unbilled_fees_invoice on unbilled_fees (organization_id, invoice_id) where invoice_id is not null;
call weir_wall('unbilled_fees');

-- A digest of a text of any size, which fits an index.
create function weir_digest(value text) returns bytea
language sql immutable parallel safe
as $$ select sha256(convert_to(value, 'UTF8')) $$;

-- Values of group keys come from events and are as long as the sender likes.
alter table advance_states
  drop constraint advance_states_pkey,
  add column group_digest bytea not null generated always as (weir_digest(grouped_by)) stored;
alter table advance_states
  add primary key (organization_id, charge_id, charge_filter_id, subscription_external_id, period_from, group_digest);
