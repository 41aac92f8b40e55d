-- Requests that changed something, or tried to. They are written in batches, a moment after their answers.
create table api_logs (
  organization_id uuid not null references organizations,
  id uuid not null,
  request_id uuid not null,
  api_key_id uuid,
  client text not null,
  http_method text not null,
  http_status integer not null,
  request_origin text not null,
  request_path text not null,
  -- JSON without secrets; null when it was too large to be kept.
  request_body text,
  request_response text,
  api_version text not null,
  logged_at timestamptz(3) not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id)
);
create index api_logs_list on api_logs (organization_id, logged_at desc, id);
create index api_logs_request on api_logs (organization_id, request_id);
call weir_wall('api_logs');

-- What was done to which object, written in the transaction that did it.
create table activity_logs (
  organization_id uuid not null references organizations,
  id uuid not null,
  activity_type text not null,
  activity_source text not null check (activity_source in ('api', 'front', 'system', 'admin')),
  -- The object afterwards; null for objects of bills, which are shown as they are now.
  activity_object json,
  resource_type text not null,
  resource_id uuid not null,
  user_email text,
  api_key_id uuid,
  external_customer_id text,
  external_subscription_id text,
  logged_at timestamptz(3) not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id)
);
create index activity_logs_list on activity_logs (organization_id, logged_at desc, id);
create index activity_logs_resource on activity_logs (organization_id, resource_id, logged_at desc);
call weir_wall('activity_logs');
revoke update, delete on api_logs, activity_logs from weir_app;
