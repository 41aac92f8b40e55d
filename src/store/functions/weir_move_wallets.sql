-- Moves the balances of wallets by new transactions that are settled. What an invoice takes was counted as usage in the
-- ongoing balance before, and leaves it with the next refresh; what was not counted, such as a price in advance, lowers
-- it at once, for it is never more than the balance.
create or replace function weir_move_wallets() returns trigger
language plpgsql
as $$
begin
  update wallets w set
    balance_cents = w.balance_cents + moved.cents,
    credits_balance = w.credits_balance + moved.credits,
    ongoing_balance_cents =
      least(w.ongoing_balance_cents + moved.cents + moved.invoiced_cents, w.balance_cents + moved.cents),
    consumed_amount_cents = greatest(0, w.consumed_amount_cents + moved.consumed_cents),
    consumed_credits = greatest(0, w.consumed_credits + moved.consumed_credits),
    last_balance_sync_at = moved.at,
    last_consumed_credit_at = coalesce(moved.consumed_at, w.last_consumed_credit_at),
    updated_at = moved.at
  from (
    select organization_id, wallet_id, max(settled_at) as at,
      sum(case transaction_type when 'inbound' then amount_cents else -amount_cents end)::bigint as cents,
      sum(case transaction_type when 'inbound' then credit_amount else -credit_amount end) as credits,
      coalesce(sum(amount_cents) filter (where transaction_status = 'invoiced'), 0)::bigint as invoiced_cents,
      sum(case when transaction_type = 'outbound' then amount_cents when voided_invoice_id is not null then -amount_cents
        else 0 end)::bigint as consumed_cents,
      sum(case when transaction_type = 'outbound' then credit_amount
        when voided_invoice_id is not null then -credit_amount else 0 end) as consumed_credits,
      max(settled_at) filter (where transaction_type = 'outbound') as consumed_at
    from new_rows
    where status = 'settled'
    group by organization_id, wallet_id
  ) as moved
  where w.organization_id = moved.organization_id and w.id = moved.wallet_id;
  return null;
end
$$;
