-- An event that a charge in advance could not price or write, while the others went on (docs/decisions/0009). Its
-- turn is over: what it adds to the charge's state is added, and the quantity that it owes for stands here.
create table advance_asides (
  organization_id uuid not null references organizations,
  id uuid not null,
  event_id uuid not null,
  charge_id uuid not null,
  subscription_id uuid not null,
  timestamp timestamptz(3) not null,
  priced_quantity numeric not null,
  shown_units numeric not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, event_id, charge_id),
  foreign key (organization_id, subscription_id) references subscriptions,
  foreign key (organization_id, charge_id) references charges
);
call weir_wall('advance_asides');
