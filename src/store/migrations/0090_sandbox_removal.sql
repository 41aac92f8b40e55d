-- Sandboxes can be removed. While one is, the guards of its final documents let them go.
alter table organizations
  -- The transaction that removes it.
  add column removed_in xid8,
  add constraint only_sandboxes_are_removed check (removed_in is null or is_sandbox);

\ir ../functions/weir_is_removed.sql
\ir ../functions/weir_guard_credit_note.sql
\ir ../functions/weir_guard_credit_note_part.sql
\ir ../functions/weir_guard_fee_part.sql
\ir ../functions/weir_guard_invoice.sql
\ir ../functions/weir_guard_invoice_part.sql
\ir ../functions/weir_remove_sandbox.sql
