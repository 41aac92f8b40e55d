import { type ReactElement, useState } from 'react'
import { textOfProblem } from '../../api/problem-texts.ts'
import { OWN_API, useList, useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { formatDate, formatTime } from '../../format/dates.ts'
import { Button, ButtonLink, IconButton } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { useAt } from '../../parts/link.tsx'
import { Table } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { type Options, rowsOf } from '../../parts/options.tsx'
import { Card, None, Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Status, Tag } from '../../parts/status.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { SettingsTabs } from '../settings/settings-tabs.tsx'
import { type Invitation, type Member, type Role, roleNames } from './team.ts'
import { ChangeRoles, InvitationLink, Invite } from './team-dialogs.tsx'

/** Who works in the organization, who is invited, and what the roles allow. */
export function TeamPage(): ReactElement {
  const at = useAt()
  const may = useMay()
  const [isInviting, setInviting] = useState(false)
  const roles = useList<Role>(`${OWN_API}/roles`, 'roles', {}, { enabled: may('roles:view') })
  return (
    <Page
      title="Team"
      crumbs={[{ label: 'Settings', href: at('/settings') }]}
      action={
        may('organization:members:create') && (
          <Button kind="primary" icon="plus" onClick={() => setInviting(true)}>
            Invite
          </Button>
        )
      }
      tabs={<SettingsTabs />}
    >
      <div className="stack-wide">
        {may('organization:members:view') && <Members roles={roles} />}
        {may('organization:members:view') && <Invitations roles={rowsOf(roles)} />}
        {may('roles:view') && (
          <Card
            title="Roles"
            isFlush
            aside={
              may('roles:create') && (
                <ButtonLink href={at('/settings/roles/new')} icon="plus">
                  New role
                </ButtonLink>
              )
            }
          >
            <Loaded query={roles} rows={3}>
              {({ rows }) => (
                <Table
                  label="Roles"
                  rows={rows}
                  keyOf={({ code }) => code}
                  hrefOf={({ code }) => at(`/settings/roles/${encodeURIComponent(code)}`)}
                  columns={[
                    { title: 'Role', cell: ({ name, code }) => <Named name={name} code={code} /> },
                    {
                      title: 'Kind',
                      isMinor: true,
                      cell: ({ is_built_in }) => (is_built_in ? <Tag>Built in</Tag> : 'Own'),
                    },
                    {
                      title: 'Permissions',
                      isNumber: true,
                      isMinor: true,
                      cell: ({ permissions }) => permissions.length,
                    },
                    { title: 'Members', isNumber: true, cell: ({ members_count }) => members_count },
                  ]}
                />
              )}
            </Loaded>
          </Card>
        )}
      </div>
      {isInviting && <Invite roles={roles} onClose={() => setInviting(false)} />}
    </Page>
  )
}

function Members({ roles }: { readonly roles: Options<Role> }): ReactElement {
  const may = useMay()
  const query = useList<Member>(`${OWN_API}/members`, 'members')
  const [changed, change] = useState<Member | null>(null)
  const [removed, remove] = useState<Member | null>(null)
  return (
    <Card title="Members" isFlush>
      <Loaded query={query} rows={3}>
        {({ rows }) => (
          <Table
            label="Members"
            isStacked
            rows={rows}
            keyOf={({ id }) => id}
            columns={[
              {
                title: 'Member',
                cell: ({ name, email }) => (name ? <Named name={name} code={email} /> : email),
              },
              { title: 'Roles', cell: (member) => roleNames(member.roles, rowsOf(roles)) },
              {
                title: 'Last seen',
                cell: ({ last_seen_at: seen }) => (seen ? formatTime(seen) : <None />),
              },
              {
                title: 'Change',
                cell: (member) => (
                  <span className="line">
                    {may('organization:members:update') && (
                      <IconButton
                        icon="edit"
                        label={`Change the roles of ${member.email}`}
                        onClick={() => change(member)}
                      />
                    )}
                    {may('organization:members:delete') && (
                      <IconButton
                        icon="trash"
                        label={`Remove ${member.email}`}
                        onClick={() => remove(member)}
                      />
                    )}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {changed && <ChangeRoles member={changed} roles={roles} onClose={() => change(null)} />}
      <Confirm
        title={`Remove ${removed?.email ?? ''}?`}
        isOpen={removed !== null}
        onClose={() => remove(null)}
        verb="Remove member"
        isDangerous
        write={{ method: 'DELETE', path: `${OWN_API}/members/${removed?.id ?? ''}` }}
        done="The member was removed."
      >
        <p>They can no longer open this organization. What they did stays in the activity log.</p>
      </Confirm>
    </Card>
  )
}

function Invitations({ roles }: { readonly roles: readonly Role[] }): ReactElement | null {
  const may = useMay()
  const toasts = useToasts()
  const write = useWrite<{ invitation: Invitation }>()
  const [made, setMade] = useState<readonly Invitation[]>([])
  const query = useList<Invitation>(`${OWN_API}/invitations`, 'invitations', { per_page: 100 })
  if (query.data?.rows.length === 0) return null
  const onError = (problem: Parameters<typeof textOfProblem>[0]) => toasts.error(textOfProblem(problem))
  const path = (id: string) => `${OWN_API}/invitations/${id}`
  return (
    <Card title="Invitations" isFlush>
      <Loaded query={query} rows={2}>
        {({ rows }) => (
          <Table
            label="Invitations"
            isStacked
            rows={rows}
            keyOf={({ id }) => id}
            columns={[
              { title: 'Address', cell: ({ email }) => email },
              { title: 'Roles', cell: (invitation) => roleNames(invitation.roles, roles) },
              { title: 'Status', cell: ({ status }) => <Status status={status} /> },
              { title: 'Ends', cell: ({ expires_at }) => formatDate(expires_at) },
              {
                title: 'Change',
                cell: ({ id, email }) => (
                  <span className="line">
                    {may('organization:members:create') && (
                      <IconButton
                        icon="link"
                        label={`New link for ${email}`}
                        onClick={() =>
                          write.mutate(
                            { method: 'POST', path: `${path(id)}/renew` },
                            { onSuccess: ({ invitation }) => setMade([invitation]), onError },
                          )
                        }
                      />
                    )}
                    {may('organization:members:delete') && (
                      <IconButton
                        icon="trash"
                        label={`Take back the invitation of ${email}`}
                        onClick={() =>
                          write.mutate(
                            { method: 'DELETE', path: path(id) },
                            { onSuccess: () => toasts.success('The invitation was taken back.'), onError },
                          )
                        }
                      />
                    )}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {made.length > 0 && <InvitationLink invitations={made} onClose={() => setMade([])} />}
    </Card>
  )
}
