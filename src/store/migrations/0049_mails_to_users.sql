-- Invitations and links to set a new password go out by mail too. The link of a mail is made when it is sent, and only
-- its hash is stored.
alter table mails
  drop constraint mails_kind_check,
  drop constraint mail_of_one_subject,
  add column invite_id uuid,
  -- Whose password is to be set anew; the mail belongs to the first organization of the user.
  add column user_id uuid references users on delete cascade,
  add foreign key (organization_id, invite_id) references invites,
  add constraint mails_kind_check check (
    kind in ('invoice', 'credit_note', 'receipt', 'payment_request', 'invitation', 'password_reset')),
  add constraint mail_of_one_subject check (
    num_nonnulls(invoice_id, credit_note_id, payment_receipt_id, payment_request_id, invite_id, user_id) = 1
    and (kind = 'invoice') = (invoice_id is not null) and (kind = 'credit_note') = (credit_note_id is not null)
    and (kind = 'receipt') = (payment_receipt_id is not null)
    and (kind = 'payment_request') = (payment_request_id is not null)
    and (kind = 'invitation') = (invite_id is not null)
    and (kind = 'password_reset') = (user_id is not null));
create index mails_invite on mails (organization_id, invite_id) where invite_id is not null;
create index mails_user on mails (user_id) where user_id is not null;

-- Links of an invitation besides the one that was shown when it was made.
create table invite_links (
  organization_id uuid not null references organizations,
  invite_id uuid not null,
  token_hash bytea not null unique,
  created_at timestamptz(3) not null,
  primary key (organization_id, invite_id, token_hash),
  foreign key (organization_id, invite_id) references invites
);
call weir_wall('invite_links');
