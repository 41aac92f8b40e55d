import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useList, useOne } from '../../api/queries.ts'
import { useMay, useOrganization } from '../../api/session.ts'
import type { BillingEntity, Customer, Invoice, Tax } from '../../api/types.ts'
import { COUNTRIES, CURRENCIES } from '../../format/countries.ts'
import { DecimalField, Row, SelectField, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { isOffered, isUnread, rowsOf } from '../../parts/options.tsx'
import { Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { TaxChoice } from '../plans/charge-editor.tsx'
import { nameOf } from './customer-list.tsx'

const TEXTS = [
  'name',
  'firstname',
  'lastname',
  'email',
  'phone',
  'url',
  'legal_name',
  'legal_number',
  'tax_identification_number',
  'address_line1',
  'address_line2',
  'zipcode',
  'city',
  'state',
  'country',
  'currency',
  'timezone',
] as const

type Texts = Record<(typeof TEXTS)[number], string>

type CustomerValues = Texts & {
  external_id: string
  customer_type: string
  billing_entity_code: string
  net_payment_term: string
  invoice_grace_period: string
  document_locale: string
  finalize_zero_amount_invoice: string
  tax_codes: readonly string[]
}

const LOCALES = ['en', 'de', 'es', 'fr', 'it', 'nb', 'pt-BR', 'sv', 'zh-TW']

function newCustomer(currency: string): CustomerValues {
  return {
    ...(Object.fromEntries(TEXTS.map((name) => [name, ''])) as Texts),
    currency,
    external_id: '',
    customer_type: '',
    billing_entity_code: '',
    net_payment_term: '',
    invoice_grace_period: '',
    document_locale: '',
    finalize_zero_amount_invoice: 'inherit',
    tax_codes: [],
  }
}

function valuesOf(customer: Customer): CustomerValues {
  const billing = customer.billing_configuration
  const stored = customer as unknown as Readonly<Record<string, string | null | undefined>>
  const numberText = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : String(value)
  return {
    ...(Object.fromEntries(TEXTS.map((name) => [name, stored[name] ?? ''])) as Texts),
    external_id: customer.external_id,
    customer_type: customer.customer_type ?? '',
    billing_entity_code: customer.billing_entity_code,
    net_payment_term: numberText(customer.net_payment_term),
    invoice_grace_period: numberText(billing.invoice_grace_period),
    document_locale: billing.document_locale ?? '',
    finalize_zero_amount_invoice: customer.finalize_zero_amount_invoice,
    tax_codes: ((customer as { taxes?: readonly Tax[] }).taxes ?? []).map(({ code }) => code),
  }
}

const daysOf = (text: string): number | null => (text.trim() === '' ? null : Number(text))

function bodyOf(values: CustomerValues) {
  const texts = TEXTS.map((name) => [name, values[name].trim() || null] as const)
  return {
    ...Object.fromEntries(texts),
    external_id: values.external_id.trim(),
    customer_type: values.customer_type || null,
    ...(values.billing_entity_code ? { billing_entity_code: values.billing_entity_code } : {}),
    net_payment_term: daysOf(values.net_payment_term),
    finalize_zero_amount_invoice: values.finalize_zero_amount_invoice,
    tax_codes: values.tax_codes,
    billing_configuration: {
      invoice_grace_period: daysOf(values.invoice_grace_period),
      document_locale: values.document_locale || null,
    },
  }
}

function check(values: CustomerValues) {
  const days = (text: string) =>
    text !== '' && !/^\d{1,4}$/.test(text) ? 'Enter a number of days.' : undefined
  return {
    external_id:
      values.external_id.trim() === '' ? 'Give the id of the customer in your product.' : undefined,
    net_payment_term: days(values.net_payment_term),
    invoice_grace_period: days(values.invoice_grace_period),
  }
}

export function NewCustomer(): ReactElement {
  const { default_currency } = useOrganization()
  return <CustomerForm initial={newCustomer(default_currency)} stored={null} />
}

export function EditCustomer(): ReactElement {
  const { externalId = '' } = useParams({ strict: false }) as { externalId?: string }
  const query = useOne<Customer>(`/customers/${encodeURIComponent(externalId)}`, 'customer')
  return (
    <LoadedPage title="Edit customer" query={query}>
      {(customer) => <CustomerForm initial={valuesOf(customer)} stored={customer} />}
    </LoadedPage>
  )
}

function CustomerForm(props: {
  readonly initial: CustomerValues
  readonly stored: Customer | null
}): ReactElement {
  const { initial, stored } = props
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const taxes = useList<Tax>(
    '/taxes',
    'taxes',
    { per_page: 200 },
    { enabled: useMay()('organization:taxes:view') },
  )
  const form = useForm<CustomerValues>({
    initial,
    check,
    draft: `customer ${stored?.external_id ?? 'new'}`,
    toWrite: (values) => ({ method: 'POST', path: '/customers', body: { customer: bodyOf(values) } }),
    onDone: (answer) => {
      const { customer } = answer as { customer: Customer }
      toasts.success(`${nameOf(customer)} was saved.`)
      go(at(`/customers/${encodeURIComponent(customer.external_id)}`))
    },
  })
  const back = stored ? at(`/customers/${encodeURIComponent(stored.external_id)}`) : at('/customers')
  const { values } = form
  return (
    <Page
      title={stored ? `Edit ${nameOf(stored)}` : 'New customer'}
      crumbs={[
        { label: 'Customers', href: at('/customers') },
        ...(stored ? [{ label: nameOf(stored), href: back }] : []),
      ]}
    >
      <FormPage
        form={form}
        verb={stored ? 'Save customer' : 'Create customer'}
        onCancel={() => go(back)}
        effect={`Billed in ${values.currency || 'the currency of the first subscription'}. Empty settings are those of the billing entity.`}
      >
        <IdentitySection isNew={stored === null} />
        <LegalSection />
        <BillingSection stored={stored} />
        {isOffered(taxes) && (
          <Section title="Taxes" help="They replace those of the billing entity.">
            <TaxChoice
              taxes={taxes}
              codes={values.tax_codes}
              onChange={(codes) => form.set('tax_codes', codes)}
            />
          </Section>
        )}
      </FormPage>
    </Page>
  )
}

function IdentitySection({ isNew }: { readonly isNew: boolean }): ReactElement {
  return (
    <Section title="Who it is" help="The name is on invoices; the id is what your product sends.">
      <Row>
        <TextField name="name" label="Name" autoComplete="off" />
        <TextField
          name="external_id"
          label="External id"
          isRequired
          isCode
          locked={isNew ? undefined : 'Subscriptions and events refer to it.'}
          help="The id of the customer in your product."
        />
      </Row>
      <Row>
        <TextField name="email" label="E-mail" help="Several addresses are separated by commas." />
        <TextField name="phone" label="Phone" />
      </Row>
      <Row>
        <SelectField
          name="customer_type"
          label="Kind"
          placeholder="Not said"
          options={[
            { value: 'company', label: 'Company' },
            { value: 'individual', label: 'Individual' },
          ]}
        />
        <TextField name="url" label="Website" />
      </Row>
    </Section>
  )
}

function LegalSection(): ReactElement {
  return (
    <Section
      title="Legal and address"
      help="Printed on invoices. The country and the tax id decide EU taxes."
    >
      <Row>
        <TextField name="legal_name" label="Legal name" />
        <TextField name="tax_identification_number" label="Tax id" isCode />
      </Row>
      <TextField name="address_line1" label="Address" />
      <TextField name="address_line2" label="Address, second line" />
      <Row>
        <TextField name="zipcode" label="Postal code" />
        <TextField name="city" label="City" />
        <TextField name="state" label="State or region" />
      </Row>
      <SelectField
        name="country"
        label="Country"
        placeholder="Not said"
        options={COUNTRIES.map(({ code, name }) => ({ value: code, label: name }))}
      />
    </Section>
  )
}

/** Why the currency stays as it is; undefined while nothing was billed. */
function useLockedCurrency(stored: Customer | null): string | undefined {
  const path = `/customers/${encodeURIComponent(stored?.external_id ?? '')}/invoices`
  const billed = useList<Invoice>(path, 'invoices', { per_page: 1 }, { enabled: stored !== null })
  return (billed.data?.meta.total_count ?? 0) > 0
    ? `It was billed in ${stored?.currency}, and stays so.`
    : undefined
}

function BillingSection({ stored }: { readonly stored: Customer | null }): ReactElement {
  const isNew = stored === null
  const locked = useLockedCurrency(stored)
  const entities = useList<BillingEntity>('/billing_entities', 'billing_entities')
  const zones = Intl.supportedValuesOf('timeZone')
  return (
    <Section title="Billing" help="Empty settings come from the billing entity.">
      <Row>
        <SelectField
          name="currency"
          label="Currency"
          placeholder="From the first plan"
          help="Fixed once something was billed."
          locked={locked}
          options={CURRENCIES.map((code) => ({ value: code, label: code }))}
        />
        <SelectField
          name="timezone"
          label="Time zone"
          placeholder="Inherited"
          help="Periods start at midnight there."
          options={['UTC', ...zones].map((zone) => ({ value: zone, label: zone }))}
        />
        <SelectField
          name="document_locale"
          label="Language of documents"
          placeholder="Inherited"
          options={LOCALES.map((code) => ({ value: code, label: code }))}
        />
      </Row>
      <Row>
        <DecimalField name="net_payment_term" label="Payment term" suffix="days" placeholder="Inherited" />
        <DecimalField
          name="invoice_grace_period"
          label="Grace period"
          suffix="days"
          placeholder="Inherited"
          help="Invoices stay drafts for so long."
        />
      </Row>
      <Row>
        <SelectField
          name="finalize_zero_amount_invoice"
          label="Invoices of zero"
          options={[
            { value: 'inherit', label: 'As the billing entity' },
            { value: 'skip', label: 'Skip' },
            { value: 'finalize', label: 'Finalize' },
          ]}
        />
        {(rowsOf(entities).length > 1 || isUnread(entities)) && (
          <SelectField
            name="billing_entity_code"
            label="Billing entity"
            {...(isNew ? { placeholder: 'Default' } : {})}
            options={rowsOf(entities).map(({ code, name }) => ({ value: code, label: name }))}
            from={{ asked: entities, what: 'billing entities' }}
          />
        )}
      </Row>
    </Section>
  )
}
