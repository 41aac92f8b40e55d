-- Where customers of a billing entity pay by bank transfer; printed on invoices and written into e-invoices.
alter table billing_entities
  add column bank_account_holder text,
  add column bank_account_iban text check (bank_account_iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
  add column bank_account_bic text check (bank_account_bic ~ '^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$'),
  add constraint bank_account_has_number check (
    bank_account_iban is not null or num_nonnulls(bank_account_holder, bank_account_bic) = 0);
