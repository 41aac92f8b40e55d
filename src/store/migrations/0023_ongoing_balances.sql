-- The ongoing balance as it was when rules and the depletion were last looked at: they are looked at again when it has
-- changed since.
alter table wallets
  add column checked_ongoing_balance_cents bigint not null default 0,
  add column checked_ongoing_usage_balance_cents bigint not null default 0;

-- Due work: events of customers with wallets schedule `wallet_usage`. Its items are held for an instant only, so that
-- whoever stores events never waits for a refresh that is under way.
do $$
declare
  known text;
begin
  select pg_get_expr(conbin, conrelid) into strict known
  from pg_constraint
  where conrelid = 'due_items'::regclass and conname = 'due_items_kind_check';
  alter table due_items drop constraint due_items_kind_check;
  execute format(
    'alter table due_items add constraint due_items_kind_check check (%s or kind = ''wallet_usage'')', known);
end
$$;

\ir ../functions/weir_watches_usage.sql
\ir ../functions/weir_schedule_usage.sql
\ir ../functions/weir_refresh_wallets.sql

\ir ../functions/weir_wallet_changed.sql
create trigger wallet_changed after insert or update of updated_at on wallets
  for each row execute function weir_wallet_changed();
\ir ../functions/weir_first_wallet.sql
create trigger first_wallet after insert on wallets
  for each row execute function weir_first_wallet();
\ir ../functions/weir_wallet_rule_changed.sql
create trigger wallet_rule_changed after insert or update of status, trigger on recurring_transaction_rules
  for each row execute function weir_wallet_rule_changed();
\ir ../functions/weir_subscription_moved.sql
create trigger subscription_began after insert on subscriptions
  for each row when (new.status = 'active') execute function weir_subscription_moved();
create trigger subscription_moved after update of status, plan_id on subscriptions
  for each row when (old.status <> new.status or old.plan_id <> new.plan_id)
  execute function weir_subscription_moved();

create index alerts_of_wallet on alerts (organization_id, wallet_id, created_at) where wallet_id is not null;
create index wallet_transactions_automatic on wallet_transactions (organization_id, wallet_id, source, created_at desc)
  where source <> 'manual';
