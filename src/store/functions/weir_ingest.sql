-- Stores events of an organization, all of them or none, in one transaction. Returns
--   {"stale": true}   when the caller's definitions are older than the organization's: it reads them and comes again;
--   {"taken": [ids]}  when events are duplicates, with the ids of these events;
--   {"known": [...]}  when all are stored, with those of `unseen_subscriptions` that exist; null when there are none.
--
-- definitions_version    of the metrics, charges and trackers by which the caller has prepared the events
-- received_at            the organization's present, which becomes created_at
-- writer_number          the caller's own rows in event_counts, so that callers do not wait for each other
-- code_locks             advisory locks of the events' codes: shared here, held alone while running state is rebuilt
-- arrived                the events; the short names of this list are explained where it is read
-- sums_now, lasts_now    usage to add to the running state at once (weir_add_usage), or null
-- slots, sums_to_fold, lasts_to_fold
--                        usage that waits for weir_fold_usage instead: one entry for each slot of subscriptions, or null
-- counts                 events in each day, hour and minute: [{span, starts_at, events_count}]
-- unknown_codes          number of events whose code no metric has
-- unknown_subscriptions  number of events without a subscription, or with one that does not exist
-- unseen_subscriptions   external ids that the caller has not seen yet, with their events: [{external_id, events_count}]
-- advance                events that may be charged in advance or name a wallet, or null:
--                        [{event_id, external_subscription_id, code, timestamp}]
-- watched                external ids of subscriptions with new events, when anything watches usage; or null
create or replace function weir_ingest(organization uuid, definitions_version bigint, received_at timestamptz,
  writer_number integer, code_locks bigint[], arrived jsonb, sums_now json, lasts_now json, slots smallint[],
  sums_to_fold json[], lasts_to_fold json[], counts jsonb, unknown_codes bigint, unknown_subscriptions bigint,
  unseen_subscriptions jsonb, advance jsonb, watched text[])
returns jsonb
language plpgsql
as $$
declare
  known jsonb;
  taken jsonb;
  code_lock bigint;
begin
  perform set_config('weir.organization_id', organization::text, true),
    set_config('synchronous_commit', 'on', true);
  foreach code_lock in array code_locks loop
    perform pg_advisory_xact_lock_shared(code_lock);
  end loop;
  if coalesce((select v.version from usage_versions v where v.organization_id = organization), 0)
    <> definitions_version then
    return '{"stale": true}';
  end if;
  begin
    -- The short names keep a list of a thousand events small: i id, t transaction id, s external subscription id, c
    -- code, a timestamp in milliseconds since the epoch, which costs a third of parsing texts, p properties, m
    -- precise total amount in cents. Keys are not looked up before they are written: the unique index rejects those
    -- that exist.
    with received as materialized (
      select r.i as id, r.t as transaction_id, r.s as external_subscription_id, r.c as code,
        weir_instant(r.a) as timestamp, r.p as properties, r.m as precise_total_amount_cents
      from jsonb_to_recordset(arrived) as r(i uuid, t text, s text, c text, a bigint, p jsonb, m numeric)
    ), keys as (
      insert into event_keys (organization_id, transaction_id, external_subscription_id, event_id, timestamp)
      select organization, r.transaction_id, r.external_subscription_id, r.id, r.timestamp from received r
    )
    insert into events (organization_id, id, external_subscription_id, code, timestamp, transaction_id, properties,
      precise_total_amount_cents, created_at)
    select organization, r.id, r.external_subscription_id, r.code, r.timestamp, r.transaction_id, r.properties,
      r.precise_total_amount_cents, received_at
    from received r;
    if sums_now is not null or lasts_now is not null then
      perform weir_add_usage(organization, case when sums_now is not null then array[sums_now] end,
        case when lasts_now is not null then array[lasts_now] end);
    end if;
    if slots is not null then
      insert into usage_arrivals (organization_id, slot, sums, lasts)
      select organization, w.slot, w.sums, w.lasts
      from unnest(slots, sums_to_fold, lasts_to_fold) as w (slot, sums, lasts);
    end if;
    insert into event_counts as kept (organization_id, writer, span, starts_at, events_count)
    select organization, writer_number, c.span, c.starts_at, c.events_count
    from jsonb_to_recordset(counts) as c(span "char", starts_at timestamptz, events_count bigint)
    on conflict (organization_id, span, starts_at, writer) do update set
      events_count = kept.events_count + excluded.events_count;
    if advance is not null or watched is not null then
      perform weir_schedule_usage(organization, received_at, advance, watched);
    end if;
    if unknown_codes > 0 or unknown_subscriptions > 0 or unseen_subscriptions is not null then
      known := weir_count_unmatched(organization, received_at, writer_number, unknown_codes, unknown_subscriptions,
        unseen_subscriptions);
    end if;
  exception
    when unique_violation then
      taken := weir_taken_events(arrived);
      -- The holder of the key may be gone by now; then the caller retries.
      return case when taken is null then '{"stale": true}' else jsonb_build_object('taken', taken) end;
  end;
  return case when known is not null then jsonb_build_object('known', known) end;
end
$$;
