-- Counts by hour between those by day and by minute: a deep page of the event list adds up a hundred rows and no longer
-- the 1,440 minutes of a day.
insert into event_counts as c (organization_id, writer, span, starts_at, events_count)
select organization_id, writer, 'h', date_trunc('hour', starts_at, 'UTC'), sum(events_count)
from event_counts
where span = 'm'
group by 1, 2, 4
on conflict (organization_id, span, starts_at, writer) do update set
  events_count = c.events_count + excluded.events_count;
