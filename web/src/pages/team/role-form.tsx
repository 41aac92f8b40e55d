import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { OWN_API, useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { counted } from '../../format/counts.ts'
import { Button } from '../../parts/button.tsx'
import { ChecksField } from '../../parts/checks-field.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { NameAndCode, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Card, Page } from '../../parts/page.tsx'
import { NotFound } from '../../parts/states.tsx'
import { Tag } from '../../parts/status.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { actionWords, permissionGroups, type Role, resourceWords } from './team.ts'

const ROLES = `${OWN_API}/roles`
const pathOf = (code: string) => `${ROLES}/${encodeURIComponent(code)}`

/** One role, or a new one. The built-in ones only show what they allow. */
export function RolePage(): ReactElement {
  const { code } = useParams({ strict: false }) as { code?: string }
  const query = useList<Role>(ROLES, 'roles')
  return (
    <LoadedPage title="Role" query={query}>
      {({ rows }) => {
        const stored = rows.find((role) => role.code === code)
        if (code !== undefined && !stored) {
          return (
            <Page title="Role">
              <NotFound />
            </Page>
          )
        }
        // The administrator may do everything, so its permissions are all there are.
        const all = rows.find((role) => role.code === 'admin')?.permissions ?? []
        return <RoleForm key={code} stored={stored ?? null} all={all} />
      }}
    </LoadedPage>
  )
}

type RoleValues = {
  name: string
  previousName: string
  code: string
  description: string
  permissions: readonly string[]
}

function RoleForm(props: { readonly stored: Role | null; readonly all: readonly string[] }): ReactElement {
  const { stored, all } = props
  const [isDeleting, setDeleting] = useState(false)
  const at = useAt()
  const go = useGo()
  const may = useMay()
  const toasts = useToasts()
  const back = at('/settings/team')
  const name = stored?.name ?? ''
  const form = useForm<RoleValues>({
    initial: {
      name,
      previousName: name,
      code: stored?.code ?? '',
      description: stored?.description ?? '',
      permissions: stored?.permissions ?? [],
    },
    check: (values) => ({
      name: values.name.trim() === '' ? 'Give the role a name.' : undefined,
      permissions: values.permissions.length === 0 ? 'Choose at least one permission.' : undefined,
    }),
    draft: `role ${stored?.code ?? 'new'}`,
    toWrite: (values) => ({
      method: stored ? 'PUT' : 'POST',
      path: stored ? pathOf(stored.code) : ROLES,
      body: {
        role: {
          name: values.name.trim(),
          ...(stored ? {} : { code: values.code.trim() }),
          description: values.description || null,
          permissions: values.permissions,
        },
      },
    }),
    onDone: () => {
      toasts.success('The role was saved.')
      go(back)
    },
  })
  const crumbs = [
    { label: 'Settings', href: at('/settings') },
    { label: 'Team', href: back },
  ]
  if (stored?.is_built_in) return <BuiltIn role={stored} crumbs={crumbs} />
  return (
    <Page
      title={stored ? name : 'New role'}
      crumbs={crumbs}
      action={
        stored &&
        may('roles:delete') && (
          <Button icon="trash" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        )
      }
    >
      <FormPage
        form={form}
        mayChange={stored === null || may('roles:update')}
        verb={stored ? 'Save role' : 'Create role'}
        onCancel={() => go(back)}
        effect={`Whoever has it may do ${form.values.permissions.length} of ${all.length} things.`}
      >
        <Section title="Basics" help="How people call it.">
          <NameAndCode isNew={stored === null} lockedCode={stored ? 'This cannot change.' : undefined} />
          <TextField name="description" label="Description" />
        </Section>
        <Section title="Permissions" help="What it allows. Everything else is refused.">
          {permissionGroups(all).map(({ resource, permissions }) => (
            <ChecksField
              key={resource}
              name="permissions"
              label={resourceWords(resource)}
              options={permissions.map((value) => ({ value, label: actionWords(value) }))}
            />
          ))}
        </Section>
      </FormPage>
      {stored && (
        <Confirm
          title={`Delete ${name}?`}
          isOpen={isDeleting}
          onClose={() => setDeleting(false)}
          verb="Delete role"
          isDangerous
          write={{ method: 'DELETE', path: pathOf(stored.code) }}
          done={`${name} was deleted.`}
          onDone={() => go(back)}
        >
          <p>
            Only a role that nobody has can be deleted. {counted(stored.members_count, 'member')}{' '}
            {stored.members_count === 1 ? 'has' : 'have'} this one.
          </p>
        </Confirm>
      )}
    </Page>
  )
}

function BuiltIn(props: {
  readonly role: Role
  readonly crumbs: readonly { readonly label: string; readonly href: string }[]
}): ReactElement {
  const { role, crumbs } = props
  return (
    <Page title={role.name} crumbs={crumbs} status={<Tag>Built in</Tag>}>
      <Card title="What it allows">
        {role.description && <p className="card-lead">{role.description}</p>}
        <dl className="facts">
          {permissionGroups(role.permissions).map(({ resource, permissions }) => (
            <div key={resource}>
              <dt>{resourceWords(resource)}</dt>
              <dd>{permissions.map(actionWords).join(', ')}</dd>
            </div>
          ))}
        </dl>
      </Card>
    </Page>
  )
}
