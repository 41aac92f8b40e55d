-- Alerts, progressive billing and the hourly look at events (metering-and-rating §1.7, §6, §7).

-- One alert for each type and metric of a subscription; those without a metric share one place.
create unique index alerts_kind on alerts (organization_id, external_subscription_id, alert_type,
    coalesce(billable_metric_id, '00000000-0000-0000-0000-000000000000'))
  where deleted_at is null and external_subscription_id is not null;

-- What a progressive invoice was made for: the same is never invoiced twice (§6.3).
alter table invoices add column progressive_key text;
create unique index invoices_progressive_key on invoices (organization_id, progressive_key)
  where progressive_key is not null;

-- Events come in nearly in the order of their creation, hence a summary of each range of pages is enough.
create index events_creation on events using brin (created_at);

-- What storing events knows of an organization includes whether somebody wants to hear of faulty ones.
create trigger usage_changed after insert or update or delete on webhook_endpoints
  for each statement execute function weir_usage_changed();
