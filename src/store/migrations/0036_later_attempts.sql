-- Jobs may be queued for a later time, and a document that was given up is tried again when somebody asks for it.
\ir ../functions/weir_enqueue_jobs.sql
alter table documents
  drop constraint documents_reason_check,
  add constraint documents_reason_check check (reason in ('issued', 'voided', 'admin', 'asked', 'retry'));
