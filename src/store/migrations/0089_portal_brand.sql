-- The look that an organization gives its portal; what is not there is as before.
alter table organizations add portal_brand jsonb not null default '{}';
