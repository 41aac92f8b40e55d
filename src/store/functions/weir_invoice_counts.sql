-- Whether an invoice counts in analytics: final, the organization's own, and not lost in a dispute.
create or replace function weir_invoice_counts(status text, self_billed boolean, lost_at timestamptz) returns boolean
language sql immutable parallel safe
as $$ select status = 'finalized' and not self_billed and lost_at is null $$;
