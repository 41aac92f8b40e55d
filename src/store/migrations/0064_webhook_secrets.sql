-- Webhooks get a secret of their own that can be replaced; until then it is hmac_key, which links to files stay with.
-- While one that was replaced still counts, messages carry a signature of each.
alter table organizations
  add column webhook_secret text,
  add column old_webhook_secret text,
  add column old_webhook_secret_until timestamptz,
  add constraint organizations_old_webhook_secret_check
    check ((old_webhook_secret is null) = (old_webhook_secret_until is null));

-- Every attempt with its time and what came back, the first one first.
alter table webhooks add column attempts jsonb not null default '[]';

-- Jobs may be queued to be done one after the other.
\ir ../functions/weir_enqueue_jobs.sql
