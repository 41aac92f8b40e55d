-- What a plan was after each change of it: who changed it, when, and its definition as the API takes it, so that an
-- earlier one can be restored by an update (docs/rules/plans.md#versions). Copies of plans have no versions.
create table plan_versions (
  organization_id uuid not null references organizations,
  plan_id uuid not null,
  number integer not null check (number > 0),
  definition json not null,
  source text not null check (source in ('api', 'front', 'system', 'admin', 'portal')),
  -- Of the key that changed it, which may be gone.
  api_key_id uuid,
  user_email text,
  restored_from integer check (restored_from > 0),
  is_cascaded boolean not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, plan_id, number),
  foreign key (organization_id, plan_id) references plans
);
call weir_wall('plan_versions');
