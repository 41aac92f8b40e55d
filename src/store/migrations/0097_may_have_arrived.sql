-- Whether a sending had no clear answer, so that a later one that was refused unread does not prove that nothing arrived.
alter table payments add column may_have_arrived boolean not null default false;
alter table refunds add column may_have_arrived boolean not null default false;

update payments p set may_have_arrived = true
where p.payment_type = 'provider' and p.state in ('created', 'sending', 'unknown')
  and (p.state = 'unknown' or exists (
    select from payment_transitions t
    where t.organization_id = p.organization_id and t.payment_id = p.id and t.to_state = 'unknown'));

update refunds r set may_have_arrived = true
where r.state in ('created', 'sending', 'unknown')
  and (r.state = 'unknown' or exists (
    select from payment_calls c
    where c.organization_id = r.organization_id and c.subject_id = r.id and c.call = 'refund'
      and c.outcome = 'unknown'));
