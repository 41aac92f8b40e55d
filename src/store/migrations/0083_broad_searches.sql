-- Searches of lists say how many hits they can use. Whoever says nothing still gets all of them.
drop function if exists weir_customers_named(text);
drop function if exists weir_invoices_named(text);

\ir ../functions/weir_customers_named.sql
\ir ../functions/weir_invoices_named.sql
