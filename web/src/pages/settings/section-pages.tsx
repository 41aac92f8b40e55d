import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { NameAndCode, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Named } from '../../parts/named.tsx'
import { None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { SettingsTabs } from './settings-tabs.tsx'

type InvoiceSection = {
  readonly lago_id: string
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly display_name: string | null
  readonly details: string | null
}

const EXAMPLE = {
  method: 'POST',
  path: '/invoice_custom_sections',
  body: {
    invoice_custom_section: { name: 'Bank details', code: 'bank', display_name: 'Pay to', details: 'IBAN …' },
  },
} as const

const pathOf = (code: string) => `/invoice_custom_sections/${encodeURIComponent(code)}`

const columns: readonly Column<InvoiceSection>[] = [
  { title: 'Name', cell: ({ name, code }) => <Named name={name} code={code} /> },
  { title: 'Heading', cell: ({ display_name }) => display_name || <None /> },
  { title: 'Text', isMinor: true, cell: ({ details }) => <span className="clip">{details ?? ''}</span> },
]

/** Texts that are printed below the totals. */
export function SectionList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const query = useList<InvoiceSection>('/invoice_custom_sections', 'invoice_custom_sections', {
    page: view.page,
    per_page: 50,
  })
  const create = may('invoice_custom_sections:create') ? (
    <ButtonLink href={at('/settings/invoice-sections/new')} kind="primary" icon="plus">
      New section
    </ButtonLink>
  ) : undefined
  return (
    <Page
      title="Invoice sections"
      crumbs={[{ label: 'Settings', href: at('/settings') }]}
      action={create}
      tabs={<SettingsTabs />}
    >
      <List
        label="sections"
        query={query}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ code }) => at(`/settings/invoice-sections/${encodeURIComponent(code)}`)}
        view={view}
        empty={
          <Empty icon="invoice" title="Say more on invoices" action={create} write={EXAMPLE}>
            A section is a text below the totals, such as bank details or a legal notice.
          </Empty>
        }
      />
    </Page>
  )
}

type SectionValues = {
  name: string
  previousName: string
  code: string
  description: string
  display_name: string
  details: string
}

const NEW: SectionValues = {
  name: '',
  previousName: '',
  code: '',
  description: '',
  display_name: '',
  details: '',
}

export function NewSection(): ReactElement {
  return <SectionForm initial={NEW} stored={null} />
}

export function EditSection(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const query = useOne<InvoiceSection>(pathOf(code), 'invoice_custom_section')
  return (
    <LoadedPage title="Edit section" query={query}>
      {(section) => (
        <SectionForm
          stored={section}
          initial={{
            name: section.name,
            previousName: section.name,
            code: section.code,
            description: section.description ?? '',
            display_name: section.display_name ?? '',
            details: section.details ?? '',
          }}
        />
      )}
    </LoadedPage>
  )
}

function SectionForm(props: {
  readonly initial: SectionValues
  readonly stored: InvoiceSection | null
}): ReactElement {
  const { initial, stored } = props
  const [isDeleting, setDeleting] = useState(false)
  const at = useAt()
  const go = useGo()
  const may = useMay()
  const toasts = useToasts()
  const back = at('/settings/invoice-sections')
  const form = useForm<SectionValues>({
    initial,
    check: (values) => ({
      name: values.name.trim() === '' ? 'Give the section a name.' : undefined,
      code: values.code.trim() === '' ? 'Give the section a code.' : undefined,
    }),
    draft: `section ${stored?.code ?? 'new'}`,
    toWrite: ({ previousName, ...values }) => ({
      method: stored ? 'PUT' : 'POST',
      path: stored ? pathOf(stored.code) : '/invoice_custom_sections',
      body: { invoice_custom_section: values },
    }),
    onDone: () => {
      toasts.success('The section was saved.')
      go(back)
    },
  })
  return (
    <Page
      title={stored ? stored.name : 'New section'}
      crumbs={[
        { label: 'Settings', href: at('/settings') },
        { label: 'Invoice sections', href: back },
      ]}
      action={
        stored &&
        may('invoice_custom_sections:delete') && (
          <Button icon="trash" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        )
      }
    >
      <FormPage
        form={form}
        mayChange={stored === null || may('invoice_custom_sections:update')}
        verb={stored ? 'Save section' : 'Create section'}
        onCancel={() => go(back)}
        effect="New invoices print it where it is chosen. Finalized invoices never change."
      >
        <Section title="Basics" help="How people and programs call it.">
          <NameAndCode isNew={stored === null} />
          <TextField name="description" label="Description" help="Not printed." />
        </Section>
        <Section title="Text" help="Printed below the totals.">
          <TextField name="display_name" label="Heading" />
          <TextField name="details" label="Text" isLong />
        </Section>
      </FormPage>
      {stored && (
        <Confirm
          title={`Delete ${stored.name}?`}
          isOpen={isDeleting}
          onClose={() => setDeleting(false)}
          verb="Delete section"
          isDangerous
          write={{ method: 'DELETE', path: pathOf(stored.code) }}
          done={`${stored.name} was deleted.`}
          onDone={() => go(back)}
        >
          <p>New invoices no longer print it. Invoices that exist keep it.</p>
        </Confirm>
      )}
    </Page>
  )
}
