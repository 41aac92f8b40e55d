-- Whatever will happen later, with the instant at which it is due (docs/time.md). One item for each kind and
-- subject: asking again moves it.
create table due_items (
  organization_id uuid not null references organizations,
  id uuid not null,
  kind text not null check (kind in
    ('advance_usage', 'subscription_activity', 'plan_deletion', 'draft_refresh', 'subscription_start',
      'subscription_end', 'subscription_billing', 'invoice_finalization', 'invoice_overdue', 'trial_end',
      'termination_alert', 'event_validation', 'target_wallets', 'advance_aside', 'customer_days', 'customer_drafts',
      'plan_amount', 'alert_rearming')),
  subject_id uuid not null,
  due_at timestamptz(3) not null,
  attempts integer not null default 0,
  -- Real time before which a failed item is not tried again.
  retry_at timestamptz(3),
  error text,
  primary key (organization_id, id),
  unique (organization_id, kind, subject_id)
);
create index due_items_order on due_items (organization_id, due_at, kind, id);
-- What any organization has due, at its head.
create index due_items_due on due_items (due_at, organization_id);
call weir_wall('due_items');

\ir ../functions/weir_enqueue.sql
revoke all on function weir_enqueue(text, json, text, integer, text[]) from public;
grant execute on function weir_enqueue(text, json, text, integer, text[]) to weir_app;
