-- What somebody changed by hand on a fee of a draft. A draft is made anew with each refresh, so the change names what its
-- fee bills, and the fee itself only as it stands now (docs/rules/invoices.md#adjusted-fees).
create table adjusted_fees (
  organization_id uuid not null,
  id uuid not null,
  invoice_id uuid not null,
  -- Equal for fees that bill the same thing, whichever draft they are on.
  fee_key text not null,
  -- The window of the fee: for another one the change does not hold. Null until the fee was on the draft once.
  from_at timestamptz(3),
  to_at timestamptz(3),
  units numeric,
  -- The price of one unit in currency units; null for the price that the charge has for these units.
  unit_precise_amount numeric,
  invoice_display_name text,
  fee_id uuid,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices,
  foreign key (organization_id, fee_id) references fees on delete set null (fee_id),
  check (units is not null or unit_precise_amount is null),
  check (units is not null or invoice_display_name is not null)
);
-- A fee is adjusted once.
create unique index adjusted_fees_key on adjusted_fees (organization_id, invoice_id, fee_key);
create index adjusted_fees_fee on adjusted_fees (organization_id, fee_id) where fee_id is not null;
call weir_wall('adjusted_fees');

-- The invoice that replaces a voided one.
create table invoice_regenerations (
  organization_id uuid not null,
  invoice_id uuid not null,
  voided_invoice_id uuid not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, invoice_id),
  foreign key (organization_id, invoice_id) references invoices,
  foreign key (organization_id, voided_invoice_id) references invoices
);
create unique index invoice_regenerations_once on invoice_regenerations (organization_id, voided_invoice_id);
call weir_wall('invoice_regenerations');

-- An event is charged in advance once; the copy of its fee on a regenerated invoice shows the same event.
drop index fees_advance_once;
create unique index fees_advance_once on fees (organization_id, subscription_id, charge_id,
  coalesce(charge_filter_id, '00000000-0000-0000-0000-000000000000'), event_transaction_id)
  where event_transaction_id is not null and deleted_at is null and original_fee_id is null;
