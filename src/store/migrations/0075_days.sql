-- How many invoices there are of each kind by their issuing date, and what fees came to by the day on which they were
-- made: lists count a million invoices, and analytics add them up, without reading them. Every statement that writes
-- invoices or fees adds its difference in the same transaction, so the sums are those of the rows at any moment. Rows
-- of one kind are put together later (weir_fold_days).
create table invoice_days (
  organization_id uuid not null references organizations,
  id bigint not null generated always as identity,
  issuing_date date not null,
  status text not null,
  payment_status text not null,
  payment_overdue boolean not null,
  invoice_type text not null,
  currency text not null,
  billing_entity_id uuid not null,
  self_billed boolean not null,
  -- Whether a dispute about its payment was lost.
  is_lost boolean not null,
  is_partly_paid boolean not null,
  invoices bigint not null,
  total_amount_cents numeric not null,
  is_folded boolean not null default false,
  primary key (organization_id, id)
);
create index invoice_days_date on invoice_days (organization_id, issuing_date);
create index invoice_days_added on invoice_days (organization_id, issuing_date) where not is_folded;
call weir_wall('invoice_days');
revoke update, delete on invoice_days from weir_app;

-- Of the fees of charges and subscriptions that count in analytics: those without an invoice, and those of invoices
-- that count (weir_invoice_counts).
create table fee_days (
  organization_id uuid not null references organizations,
  id bigint not null generated always as identity,
  -- In UTC.
  made_on date not null,
  fee_type text not null,
  currency text not null,
  billing_entity_id uuid not null,
  self_billed boolean not null,
  is_invoiced boolean not null,
  charge_id uuid,
  -- Of subscription fees: the first month that they pay for, and how many.
  starts_in date,
  months integer,
  fees bigint not null,
  amount_cents numeric not null,
  coupons_amount_cents numeric not null,
  taxes_amount_cents numeric not null,
  units numeric not null,
  is_folded boolean not null default false,
  primary key (organization_id, id)
);
create index fee_days_date on fee_days (organization_id, fee_type, made_on);
create index fee_days_added on fee_days (organization_id, made_on) where not is_folded;
call weir_wall('fee_days');
revoke update, delete on fee_days from weir_app;

\ir ../functions/weir_invoice_counts.sql
\ir ../functions/weir_fee_months.sql
\ir ../functions/weir_fee_starts_in.sql
\ir ../functions/weir_count_invoices.sql
\ir ../functions/weir_sum_fees.sql
\ir ../functions/weir_sum_fees_of_invoices.sql
\ir ../functions/weir_fold_days.sql
\ir ../functions/weir_rebuild_days.sql
call weir_rebuild_days();

create trigger count_new_invoices after insert on invoices
  referencing new table as written for each statement execute function weir_count_invoices();
create trigger count_changed_invoices after update on invoices
  referencing old table as old_rows new table as new_rows for each statement execute function weir_count_invoices();
create trigger count_deleted_invoices after delete on invoices
  referencing old table as written for each statement execute function weir_count_invoices();
create trigger sum_new_fees after insert on fees
  referencing new table as written for each statement execute function weir_sum_fees();
create trigger sum_changed_fees after update on fees
  referencing old table as old_rows new table as new_rows for each statement execute function weir_sum_fees();
create trigger sum_deleted_fees after delete on fees
  referencing old table as written for each statement execute function weir_sum_fees();
create trigger sum_fees_of_changed_invoices after update on invoices
  referencing old table as old_rows new table as new_rows for each statement
  execute function weir_sum_fees_of_invoices();
