-- Stores events or none of them. Returns {"stale": true} when the caller's knowledge is older than the organization's
-- metrics, {"taken": [ids]} when keys are taken (nothing is kept then), {"known": [...]} or null when all are stored.
-- Usage is added up at once (`sums`, `lasts`) or waits in slots. Keys are not looked up before they are written: their
-- index refuses those that are taken, and only then are they looked up. Instants are milliseconds since the epoch,
-- which cost a third of parsing texts.
create or replace function weir_ingest(organization uuid, known_version bigint, now timestamptz, writer_number integer,
  locks bigint[], arrived jsonb, sums json, lasts json, slots smallint[], slot_sums json[], slot_lasts json[],
  counts jsonb, unmatched jsonb, later jsonb)
returns jsonb
language plpgsql
as $$
declare
  known jsonb;
  taken jsonb;
  key bigint;
begin
  perform set_config('weir.organization_id', organization::text, true),
    set_config('synchronous_commit', 'on', true);
  -- Shared with other writers; a tracker that is being rebuilt holds its code's lock alone.
  foreach key in array locks loop
    perform pg_advisory_xact_lock_shared(key);
  end loop;
  if coalesce((select v.version from usage_versions v where v.organization_id = organization), 0)
    <> known_version then
    return '{"stale": true}';
  end if;
  begin
    with x as materialized (
      select x.i, x.t, x.s, x.c, weir_instant(x.a) as a, x.p, x.m
      from jsonb_to_recordset(arrived) as x(i uuid, t text, s text, c text, a bigint, p jsonb, m numeric)
    ), keys as (
      insert into event_keys (organization_id, transaction_id, external_subscription_id, event_id, timestamp)
      select organization, x.t, x.s, x.i, x.a from x
    )
    insert into events (organization_id, id, external_subscription_id, code, timestamp, transaction_id, properties,
      precise_total_amount_cents, created_at)
    select organization, x.i, x.s, x.c, x.a, x.t, x.p, x.m, now from x;
    if sums is not null or lasts is not null then
      perform weir_add_usage(organization, case when sums is not null then array[sums] end,
        case when lasts is not null then array[lasts] end);
    end if;
    if slots is not null then
      insert into usage_arrivals (organization_id, slot, sums, lasts)
      select organization, x.slot, x.sums, x.lasts
      from unnest(slots, slot_sums, slot_lasts) as x (slot, sums, lasts);
    end if;
    insert into event_counts as c (organization_id, writer, span, starts_at, events_count)
    select organization, writer_number, x.k, x.a, x.n
    from jsonb_to_recordset(counts) as x(k "char", a timestamptz, n bigint)
    on conflict (organization_id, span, starts_at, writer) do update set
      events_count = c.events_count + excluded.events_count;
    if later is not null then
      perform weir_schedule_usage(organization, now, later -> 'advance', (later ->> 'advance_rank')::integer,
        (select array_agg(each) from jsonb_array_elements_text(later -> 'active') as each),
        (later ->> 'active_rank')::integer);
    end if;
    if unmatched is not null then
      known := weir_count_unmatched(organization, now, writer_number, (unmatched ->> 'codes')::bigint,
        (unmatched ->> 'none')::bigint, unmatched -> 'unsure');
    end if;
  exception
    when unique_violation then
      taken := weir_taken_events(arrived);
      -- Whoever held the key may have gone since; then the caller comes again.
      return case when taken is null then '{"stale": true}' else jsonb_build_object('taken', taken) end;
  end;
  return case when known is not null then jsonb_build_object('known', known) end;
end
$$;
