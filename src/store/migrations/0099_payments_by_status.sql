-- The payments of a status, in the order of their list and counted without reading any: few of a million are under way.
create index payments_by_status on payments (organization_id, payment_status, paid_at, id desc) where not hidden;
