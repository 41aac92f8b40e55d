import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useList, useOne, type Write } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import type { AddOn, Tax } from '../../api/types.ts'
import { CURRENCIES } from '../../format/countries.ts'
import { formatCents, toMajor, toMinor } from '../../format/money.ts'
import { ChecksField } from '../../parts/checks-field.tsx'
import { DecimalField, NameAndCode, Row, SelectField, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { NewPage } from '../../parts/new-page.tsx'
import { isOffered, rowsOf } from '../../parts/options.tsx'
import { Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'

type AddOnValues = {
  name: string
  previousName: string
  code: string
  invoice_display_name: string
  description: string
  amount_cents: string
  amount_currency: string
  tax_codes: readonly string[]
}

const newValues = (currency: string): AddOnValues => ({
  name: '',
  previousName: '',
  code: '',
  invoice_display_name: '',
  description: '',
  amount_cents: '',
  amount_currency: currency,
  tax_codes: [],
})

const valuesOf = (addOn: AddOn): AddOnValues => ({
  name: addOn.name,
  previousName: addOn.name,
  code: addOn.code,
  invoice_display_name: addOn.invoice_display_name ?? '',
  description: addOn.description ?? '',
  amount_cents: toMajor(addOn.amount_cents, addOn.amount_currency),
  amount_currency: addOn.amount_currency,
  tax_codes: addOn.taxes.map(({ code }) => code),
})

const pathOf = (code: string) => `/add_ons/${encodeURIComponent(code)}`

export function NewAddOn(): ReactElement {
  const { default_currency: currency } = useOrganization()
  return (
    <NewPage<AddOn> title="New add-on" pathOf={pathOf} root="add_on">
      {(original) => <AddOnForm initial={original ? copyOf(original) : newValues(currency)} stored={null} />}
    </NewPage>
  )
}

const copyOf = (addOn: AddOn) => {
  return { ...valuesOf(addOn), name: `${addOn.name} copy`, code: `${addOn.code}_copy` }
}

export function EditAddOn(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const query = useOne<AddOn>(pathOf(code), 'add_on')
  return (
    <LoadedPage title="Edit add-on" query={query}>
      {(addOn) => <AddOnForm initial={valuesOf(addOn)} stored={addOn} />}
    </LoadedPage>
  )
}

function useAddOnForm(initial: AddOnValues, stored: AddOn | null) {
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  return useForm<AddOnValues>({
    initial,
    check: (values) => {
      const cents = toMinor(values.amount_cents, values.amount_currency)
      return {
        name: values.name.trim() === '' ? 'Give the add-on a name.' : undefined,
        code: values.code.trim() === '' ? 'Give the add-on a code.' : undefined,
        amount_cents: cents === null || cents <= 0 ? 'Enter an amount above zero.' : undefined,
      }
    },
    draft: `add-on ${stored?.code ?? 'new'}`,
    toWrite: ({ previousName, ...values }): Write => ({
      method: stored ? 'PUT' : 'POST',
      path: stored ? pathOf(stored.code) : '/add_ons',
      body: {
        add_on: {
          ...values,
          name: values.name.trim(),
          code: values.code.trim(),
          invoice_display_name: values.invoice_display_name || null,
          description: values.description || null,
          amount_cents: toMinor(values.amount_cents, values.amount_currency),
        },
      },
    }),
    onDone: (answer) => {
      const { add_on: saved } = answer as { add_on: AddOn }
      toasts.success(`${saved.name} was saved.`)
      go(at(`/add-ons/${encodeURIComponent(saved.code)}`))
    },
  })
}

function AddOnForm(props: { readonly initial: AddOnValues; readonly stored: AddOn | null }): ReactElement {
  const { initial, stored } = props
  const at = useAt()
  const go = useGo()
  const taxes = useList<Tax>('/taxes', 'taxes', { per_page: 200 })
  const form = useAddOnForm(initial, stored)
  const back = at(stored ? `/add-ons/${encodeURIComponent(stored.code)}` : '/add-ons')
  const { amount_cents: amount, amount_currency: currency } = form.values
  return (
    <Page
      title={stored ? `Edit ${stored.name}` : 'New add-on'}
      crumbs={[
        { label: 'Add-ons', href: at('/add-ons') },
        ...(stored ? [{ label: stored.name, href: back }] : []),
      ]}
    >
      <FormPage
        form={form}
        verb={stored ? 'Save add-on' : 'Create add-on'}
        onCancel={() => go(back)}
        effect={`New one-off invoices offer it at ${formatCents(toMinor(amount, currency) ?? 0, currency)}. Invoices that exist do not change.`}
      >
        <Section title="Basics" help="How people and programs call it.">
          <NameAndCode isNew={stored === null} />
          <TextField
            name="invoice_display_name"
            label="Name on invoices"
            placeholder={form.values.name}
            help="Empty means its name."
          />
          <TextField name="description" label="Description" isLong />
        </Section>
        <Section title="Price" help="A one-off invoice may name another price.">
          <Row>
            <DecimalField name="amount_cents" label="Amount" suffix={currency} isRequired />
            <SelectField
              name="amount_currency"
              label="Currency"
              options={CURRENCIES.map((value) => ({ value, label: value }))}
            />
          </Row>
          {isOffered(taxes) && (
            <ChecksField
              name="tax_codes"
              label="Taxes"
              help="Without a choice, the taxes of the customer or the billing entity apply."
              from={{ asked: taxes, what: 'taxes' }}
              options={rowsOf(taxes).map(({ code, name, rate }) => ({
                value: code,
                label: `${name} (${rate}%)`,
              }))}
            />
          )}
        </Section>
      </FormPage>
    </Page>
  )
}
