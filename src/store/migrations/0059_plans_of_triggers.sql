-- Triggers look rows up by their ids whatever the size of the tables was when a session made its plan.
\ir ../functions/weir_consume_credits.sql
\ir ../functions/weir_guard_new_fee_parts.sql
\ir ../functions/weir_guard_new_invoice_parts.sql
