-- The plans between which customers may change by themselves in the portal.
create table portal_plans (
  organization_id uuid not null references organizations,
  plan_id uuid not null,
  primary key (organization_id, plan_id),
  foreign key (organization_id, plan_id) references plans
);
call weir_wall('portal_plans');
