-- An ongoing balance is never more than the balance, also before its refresh.
\ir ../functions/weir_move_wallets.sql
