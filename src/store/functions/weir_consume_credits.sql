-- Lowers what is left of inbound transactions by what outbound ones of the same wallet took. Taking more than is left
-- breaks a check of wallet_transactions.
-- Rows are looked up by their ids, one by one: a session keeps the plan that it made while the tables were small, and a
-- join would read them whole.
create or replace function weir_consume_credits() returns trigger
language plpgsql
set enable_seqscan = off
as $$
declare
  strange uuid;
  taken record;
begin
  select c.id into strange
  from new_rows c
  where coalesce((
      select i.wallet_id from wallet_transactions i
      where i.organization_id = c.organization_id and i.id = c.inbound_wallet_transaction_id
        and i.transaction_type = 'inbound' and i.status = 'settled'
    ) <> (
      select o.wallet_id from wallet_transactions o
      where o.organization_id = c.organization_id and o.id = c.outbound_wallet_transaction_id
        and o.transaction_type = 'outbound'
    ), true)
  limit 1;
  if strange is not null then
    raise exception 'consumption % does not take from an inbound transaction for an outbound one', strange;
  end if;
  for taken in
    select organization_id, inbound_wallet_transaction_id as id, sum(amount_cents)::bigint as cents
    from new_rows
    group by organization_id, inbound_wallet_transaction_id
    order by organization_id, inbound_wallet_transaction_id
  loop
    update wallet_transactions t set remaining_amount_cents = t.remaining_amount_cents - taken.cents
    where t.organization_id = taken.organization_id and t.id = taken.id;
  end loop;
  return null;
end
$$;
