-- At the end of the transaction: every cent of an outbound transaction of a wallet was taken from inbound ones.
create or replace function weir_check_outbound() returns trigger
language plpgsql
as $$
declare
  taken bigint;
begin
  select coalesce(sum(c.amount_cents), 0) into taken
  from wallet_transaction_consumptions c
  where c.organization_id = new.organization_id and c.outbound_wallet_transaction_id = new.id;
  if taken <> new.amount_cents then
    raise exception 'outbound transaction % of % cents takes % cents', new.id, new.amount_cents, taken;
  end if;
  return null;
end
$$;
