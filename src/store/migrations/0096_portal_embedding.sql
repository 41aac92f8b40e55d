-- The origins whose pages may show the portal in a frame; none until some are named.
alter table organizations
  add column portal_embedding_origins text[] not null default '{}' check (cardinality(portal_embedding_origins) <= 20);
