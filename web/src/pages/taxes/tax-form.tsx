import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { useNames } from '../../api/names.ts'
import { useOne, type Write } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Tax } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { formatRate } from '../../format/money.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button, Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { DecimalField, NameAndCode, SwitchField, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Card, Columns, Facts, Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'

type TaxValues = {
  name: string
  previousName: string
  code: string
  description: string
  rate: string
  applied_to_organization: boolean
}

const NEW: TaxValues = {
  name: '',
  previousName: '',
  code: '',
  description: '',
  rate: '',
  applied_to_organization: false,
}

const valuesOf = (tax: Tax): TaxValues => ({
  name: tax.name,
  previousName: tax.name,
  code: tax.code,
  description: tax.description ?? '',
  rate: String(tax.rate),
  applied_to_organization: tax.applied_to_organization,
})

const pathOf = (code: string) => `/taxes/${encodeURIComponent(code)}`

export function NewTax(): ReactElement {
  return <TaxForm initial={NEW} stored={null} />
}

/** One tax: its rate, and where it applies. */
export function EditTax(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const query = useOne<Tax>(pathOf(code), 'tax')
  return (
    <LoadedPage title="Tax" query={query}>
      {(tax) => <TaxForm initial={valuesOf(tax)} stored={tax} />}
    </LoadedPage>
  )
}

function useTaxForm(initial: TaxValues, stored: Tax | null) {
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  return useForm<TaxValues>({
    initial,
    check: (values) => ({
      name: values.name.trim() === '' ? 'Give the tax a name.' : undefined,
      code: values.code.trim() === '' ? 'Give the tax a code.' : undefined,
      rate:
        !/^\d{1,3}(\.\d{1,4})?$/.test(values.rate) || Number(values.rate) > 100
          ? 'Enter a rate from 0 to 100, with up to 4 digits after the point.'
          : undefined,
    }),
    draft: `tax ${stored?.code ?? 'new'}`,
    toWrite: ({ previousName, ...values }): Write => ({
      method: stored ? 'PUT' : 'POST',
      path: stored ? pathOf(stored.code) : '/taxes',
      body: {
        tax: {
          ...values,
          name: values.name.trim(),
          code: values.code.trim(),
          description: values.description || null,
        },
      },
    }),
    onDone: (answer) => {
      const { tax } = answer as { tax: Tax }
      toasts.success(`${tax.name} was saved.`)
      go(at('/settings/taxes'))
    },
  })
}

function TaxForm(props: { readonly initial: TaxValues; readonly stored: Tax | null }): ReactElement {
  const { initial, stored } = props
  const [isDeleting, setDeleting] = useState(false)
  const at = useAt()
  const go = useGo()
  const may = useMay()
  const form = useTaxForm(initial, stored)
  const back = at('/settings/taxes')
  const fields = (
    <FormPage
      form={form}
      mayChange={may('organization:taxes:update')}
      verb={stored ? 'Save tax' : 'Create tax'}
      onCancel={() => go(back)}
      effect={
        stored && stored.rate !== Number(form.values.rate)
          ? `Drafts are calculated again with ${formatRate(form.values.rate)}. Finalized invoices keep ${formatRate(stored.rate)}.`
          : 'Drafts follow a change. Finalized invoices never change.'
      }
    >
      <Section title="Basics" help="The name is printed on invoices.">
        <NameAndCode isNew={stored === null} />
        <TextField name="description" label="Description" isLong />
      </Section>
      <Section title="Rate" help="Of the amount before taxes, after coupons.">
        <DecimalField name="rate" label="Rate" suffix="%" isRequired />
        <SwitchField
          name="applied_to_organization"
          label="Applies to everybody billed by the default billing entity"
          help="Unless a customer, a plan or a charge names other taxes."
        />
      </Section>
    </FormPage>
  )
  return (
    <Page
      title={stored ? stored.name : 'New tax'}
      crumbs={[
        { label: 'Settings', href: at('/settings') },
        { label: 'Taxes', href: back },
      ]}
      facts={stored && <Code text={stored.code} />}
      action={
        stored &&
        may('organization:taxes:update') && (
          <Button icon="trash" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        )
      }
    >
      {stored ? <Columns aside={<Uses tax={stored} />}>{fields}</Columns> : fields}
      {stored && (
        <Confirm
          title={`Delete ${stored.name}?`}
          isOpen={isDeleting}
          onClose={() => setDeleting(false)}
          verb="Delete tax"
          isDangerous
          write={{ method: 'DELETE', path: pathOf(stored.code) }}
          done={`${stored.name} was deleted.`}
          onDone={() => go(back)}
        >
          <p>
            Customers, plans, charges and add-ons that have it lose it, and drafts are calculated again.
            Finalized invoices keep it.
          </p>
        </Confirm>
      )}
    </Page>
  )
}

function Uses({ tax }: { readonly tax: Tax }): ReactElement {
  const entities = tax.applied_to_billing_entities_codes ?? []
  const nameOf = useNames({ billing_entities: entities })
  return (
    <Card
      title="Where it applies"
      aside={<ApiCallButton write={{ method: 'GET', path: pathOf(tax.code) }} />}
    >
      <Facts
        facts={[
          ['Billing entities', entities.map((code) => nameOf('billing_entities', code)).join(', ')],
          ['Created', formatTime(tax.created_at)],
          ['Id', <Code key="id" text={tax.lago_id} />],
        ]}
      />
    </Card>
  )
}
