-- The active subscriptions with these external ids that need a check after new events.
create or replace function weir_watched_subscriptions(external_ids text[]) returns setof uuid
language sql stable
as $$
  select s.id
  from subscriptions s
  join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
  where s.external_id = any (external_ids) and s.status = 'active' and (
    exists (
      select from alerts a
      where a.organization_id = s.organization_id and a.external_subscription_id = s.external_id
        and a.deleted_at is null)
    or not s.progressive_billing_disabled and exists (
      select from usage_thresholds t
      where t.organization_id = s.organization_id and t.deleted_at is null
        and (t.subscription_id = s.id or t.plan_id in (p.id, p.parent_id))))
$$;
