-- All links to files of an organization become void when this is raised, because they are signed with it.
alter table organizations add column file_link_epoch integer not null default 0 check (file_link_epoch >= 0);
