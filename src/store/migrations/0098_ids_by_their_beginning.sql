-- A search finds an id by its beginning, in the primary key, where it looked at all ids for any part of them.
drop function if exists weir_invoices_named(text, integer);
drop function if exists weir_credit_notes_named(text, integer);
\ir ../functions/weir_invoices_named.sql
\ir ../functions/weir_credit_notes_named.sql
