import { type ReactElement, useState } from 'react'
import { OWN_API, useOne } from '../../api/queries.ts'
import { useMay, useOrganization } from '../../api/session.ts'
import type { Organization } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button, Code } from '../../parts/button.tsx'
import { Confirm, Dialog } from '../../parts/dialog.tsx'
import { TextField } from '../../parts/fields.tsx'
import { FormPage, useForm } from '../../parts/form.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { Card, Facts, Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { RemoveSandbox } from './remove-sandbox.tsx'
import { SettingsTabs } from './settings-tabs.tsx'

/** The organization as a whole. What is printed on invoices belongs to its billing entities. */
export function GeneralSettings(): ReactElement {
  const at = useAt()
  const { is_sandbox } = useOrganization()
  const query = useOne<Organization>('/organizations', 'organization')
  return (
    <Page title="Settings" tabs={<SettingsTabs />}>
      <Loaded query={query}>
        {(organization) => (
          <div className="stack-wide">
            <Card
              title="Organization"
              aside={
                <span className="line">
                  <ApiCallButton write={{ method: 'GET', path: '/organizations' }} />
                  <RenameButton name={organization.name} />
                </span>
              }
            >
              <Facts
                facts={[
                  ['Name', organization.name],
                  ['Slug', <Code key="slug" text={organization.slug} />],
                  ['Kind', is_sandbox ? 'Sandbox, with a clock of its own' : 'Live'],
                  ['Default currency', organization.default_currency],
                  ['Time zone', organization.timezone],
                  ['Created', formatTime(organization.created_at)],
                  ['Id', <Code key="id" text={organization.lago_id} />],
                ]}
              />
            </Card>
            <FileLinks />
            <p className="muted">
              Address, logo, numbering, taxes and payment terms are settings of a{' '}
              <Link className="in-text" href={at('/settings/billing-entities')}>
                billing entity
              </Link>
              : the company that issues the invoices.
            </p>
            <RemoveSandbox />
          </div>
        )}
      </Loaded>
    </Page>
  )
}

/** How the organization is called in the dashboard. */
function RenameButton({ name }: { readonly name: string }): ReactElement | null {
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  if (!may('organization:update')) return null
  return (
    <>
      <Button icon="edit" onClick={() => setOpen(true)}>
        Rename
      </Button>
      {isOpen && <Rename name={name} onClose={() => setOpen(false)} />}
    </>
  )
}

function Rename(props: { readonly name: string; readonly onClose: () => void }): ReactElement {
  const { name, onClose } = props
  const toasts = useToasts()
  const form = useForm<{ name: string }>({
    initial: { name },
    check: (values) => ({ name: values.name.trim() === '' ? 'Give the organization a name.' : undefined }),
    toWrite: (values) => ({
      method: 'PUT',
      path: `${OWN_API}/organization`,
      body: { organization: { name: values.name.trim() } },
    }),
    onDone: () => {
      toasts.success('The organization was renamed.')
      onClose()
    },
  })
  return (
    <Dialog title="Rename the organization" isOpen onClose={onClose}>
      <FormPage form={form} verb="Rename" onCancel={onClose}>
        <TextField
          name="name"
          label="Name"
          isRequired
          help="What members see. Invoices have the name of their billing entity."
        />
      </FormPage>
    </Dialog>
  )
}

/** Links to documents open for whoever has them; all can be made void at once. */
function FileLinks(): ReactElement | null {
  const may = useMay()
  const [isAsking, ask] = useState(false)
  if (!may('organization:update')) return null
  return (
    <Card
      title="Links to documents"
      aside={
        <Button kind="danger" onClick={() => ask(true)}>
          Revoke all links
        </Button>
      }
    >
      <p className="muted">
        Invoices, credit notes and receipts open by links in answers, webhooks and mails, without signing in.
      </p>
      <Confirm
        title="Revoke all links to documents?"
        isOpen={isAsking}
        onClose={() => ask(false)}
        verb="Revoke all links"
        isDangerous
        write={{ method: 'DELETE', path: `${OWN_API}/file_links` }}
        done="All links were revoked."
      >
        <p>
          Links that customers have in their mails stop working, too. Who asks for a document again gets a new
          link.
        </p>
      </Confirm>
    </Card>
  )
}
