-- An event that a charge in advance could not price is a deferred event everywhere (docs/decisions/0009), here too.
alter table advance_asides rename to deferred_events;

do $$
declare
  named record;
begin
  for named in
    select conname from pg_constraint
    where conrelid = 'deferred_events'::regclass and conname like 'advance\_asides\_%'
  loop
    execute format('alter table deferred_events rename constraint %I to %I',
      named.conname, replace(named.conname, 'advance_asides_', 'deferred_events_'));
  end loop;
end
$$;

alter table due_items drop constraint due_items_kind_check;
update due_items set kind = 'deferred_event' where kind = 'advance_aside';
alter table due_items add constraint due_items_kind_check check (kind in
  ('advance_usage', 'subscription_activity', 'plan_deletion', 'draft_refresh', 'subscription_start',
    'subscription_end', 'subscription_billing', 'invoice_finalization', 'invoice_overdue', 'trial_end',
    'termination_alert', 'event_validation', 'target_wallets', 'deferred_event', 'customer_days', 'customer_drafts',
    'plan_amount', 'alert_rearming'));
