-- A failed purchase can still be paid, so what a wallet may come to includes it.
create index wallet_transactions_unpaid on wallet_transactions (organization_id, wallet_id) where status <> 'settled';
drop index wallet_transactions_pending;
