-- Lowers what is left of inbound transactions by what outbound ones of the same wallet took. Taking more than is left
-- breaks a check of wallet_transactions.
create or replace function weir_consume_credits() returns trigger
language plpgsql
as $$
declare
  strange uuid;
begin
  select c.id into strange
  from new_rows c
  join wallet_transactions i on i.organization_id = c.organization_id and i.id = c.inbound_wallet_transaction_id
  join wallet_transactions o on o.organization_id = c.organization_id and o.id = c.outbound_wallet_transaction_id
  where i.transaction_type <> 'inbound' or i.status <> 'settled' or o.transaction_type <> 'outbound'
    or i.wallet_id <> o.wallet_id
  limit 1;
  if strange is not null then
    raise exception 'consumption % does not take from an inbound transaction for an outbound one', strange;
  end if;
  update wallet_transactions t set remaining_amount_cents = t.remaining_amount_cents - taken.cents
  from (
    select organization_id, inbound_wallet_transaction_id as id, sum(amount_cents)::bigint as cents
    from new_rows
    group by organization_id, inbound_wallet_transaction_id
  ) as taken
  where t.organization_id = taken.organization_id and t.id = taken.id;
  return null;
end
$$;
