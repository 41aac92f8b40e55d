import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useList, useOne } from '../../api/queries.ts'
import { useMay, useOrganization } from '../../api/session.ts'
import type { BillableMetric, Wallet } from '../../api/types.ts'
import { CURRENCIES } from '../../format/countries.ts'
import { formatPrice } from '../../format/money.ts'
import { ChecksField } from '../../parts/checks-field.tsx'
import { CustomerField } from '../../parts/customer-field.tsx'
import { DecimalField, Row, SelectField, SwitchField, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { useView } from '../../parts/list.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { isOffered, rowsOf } from '../../parts/options.tsx'
import { Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { RuleFields } from './rule-fields.tsx'
import { walletName } from './wallet-table.tsx'
import {
  checkWallet,
  FEE_TYPES,
  newWallet,
  valuesOfWallet,
  type WalletValues,
  walletBody,
} from './wallet-values.ts'

export function NewWallet(): ReactElement {
  const view = useView()
  const { default_currency: currency } = useOrganization()
  const initial = newWallet(view.get('customer'), view.get('currency') || currency)
  return <WalletForm initial={initial} stored={null} isOfCustomer={view.get('customer') !== ''} />
}

export function EditWallet(): ReactElement {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const query = useOne<Wallet>(`/wallets/${encodeURIComponent(id)}`, 'wallet')
  return (
    <LoadedPage title="Edit wallet" query={query}>
      {(wallet) => <WalletForm initial={valuesOfWallet(wallet)} stored={wallet} isOfCustomer />}
    </LoadedPage>
  )
}

function useWalletForm(initial: WalletValues, stored: Wallet | null) {
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  return useForm<WalletValues>({
    initial,
    check: checkWallet,
    draft: `wallet ${stored?.lago_id ?? 'new'}`,
    toWrite: (values) => ({
      method: stored ? 'PUT' : 'POST',
      path: stored ? `/wallets/${stored.lago_id}` : '/wallets',
      body: { wallet: walletBody(values, stored === null) },
    }),
    onDone: (answer) => {
      const { wallet } = answer as { wallet: Wallet }
      toasts.success(`${walletName(wallet)} was saved.`)
      go(at(`/wallets/${wallet.lago_id}`))
    },
  })
}

function WalletForm(props: {
  readonly initial: WalletValues
  readonly stored: Wallet | null
  readonly isOfCustomer: boolean
}): ReactElement {
  const { initial, stored, isOfCustomer } = props
  const at = useAt()
  const go = useGo()
  const metrics = useList<BillableMetric>(
    '/billable_metrics',
    'billable_metrics',
    { per_page: 200 },
    { enabled: useMay()('billable_metrics:view') },
  )
  const form = useWalletForm(initial, stored)
  const { currency, rate_amount: rate } = form.values
  const back = at(stored ? `/wallets/${stored.lago_id}` : '/wallets')
  return (
    <Page
      title={stored ? `Edit ${walletName(stored)}` : 'New wallet'}
      crumbs={[
        { label: 'Wallets', href: at('/wallets') },
        ...(stored ? [{ label: walletName(stored), href: back }] : []),
      ]}
    >
      <FormPage
        form={form}
        verb={stored ? 'Save wallet' : 'Create wallet'}
        onCancel={() => go(back)}
        effect={`Invoices in ${currency} are paid from it. One credit is worth ${formatPrice(rate, currency)}.`}
      >
        <BasicsSection isNew={stored === null} isOfCustomer={isOfCustomer} currency={currency} />
        {!stored && <FirstCreditsSection />}
        <Section title="Purchases" help="What customers may buy at once.">
          <Row>
            <DecimalField name="min" label="At least" suffix={currency} help="Empty means any amount." />
            <DecimalField name="max" label="At most" suffix={currency} />
          </Row>
          <SwitchField
            name="invoice_requires_successful_payment"
            label="Issue the invoice of a purchase once it is paid"
            help="Until then it has no number and is in no list."
          />
        </Section>
        <Section title="What it pays for" help="Without a choice, it pays for everything.">
          <ChecksField name="fee_types" label="Kinds of fees" options={FEE_TYPES} />
          {isOffered(metrics) && (
            <ChecksField
              name="billable_metric_codes"
              label="Usage of metrics"
              options={rowsOf(metrics).map(({ code, name }) => ({ value: code, label: name }))}
              from={{ asked: metrics, what: 'metrics' }}
            />
          )}
        </Section>
        <Section title="Recurring top-up" help="Keeps the wallet filled.">
          <RuleFields form={form} />
        </Section>
      </FormPage>
    </Page>
  )
}

function BasicsSection(props: {
  readonly isNew: boolean
  readonly isOfCustomer: boolean
  readonly currency: string
}): ReactElement {
  const { isNew, isOfCustomer, currency } = props
  const fixed = isNew ? undefined : 'This cannot change.'
  return (
    <Section title="Basics" help="Whose it is, and what a credit is worth.">
      <CustomerField
        name="external_customer_id"
        locked={isNew && !isOfCustomer ? undefined : 'It belongs to this customer.'}
      />
      <Row>
        <TextField name="name" label="Name" help="Printed on invoices of purchases." />
        <TextField name="code" label="Code" isCode help="Made from the name when empty." />
      </Row>
      <Row>
        <DecimalField name="rate_amount" label="One credit is" suffix={currency} isRequired locked={fixed} />
        <SelectField
          name="currency"
          label="Currency"
          locked={fixed}
          options={CURRENCIES.map((value) => ({ value, label: value }))}
        />
      </Row>
      <Row>
        <DecimalField name="priority" label="Priority" isRequired help="From 1 to 50; 1 is spent first." />
        <TextField
          name="expiration_at"
          label="Last day"
          type="date"
          help="Then it ends with what is left. Empty means no end."
        />
      </Row>
    </Section>
  )
}

function FirstCreditsSection(): ReactElement {
  return (
    <Section title="First credits" help="Sold with an invoice, or granted for free.">
      <Row>
        <DecimalField
          name="paid_credits"
          label="To sell"
          suffix="credits"
          help="In the wallet once the invoice is paid."
        />
        <DecimalField
          name="granted_credits"
          label="To grant"
          suffix="credits"
          help="In the wallet at once."
        />
      </Row>
    </Section>
  )
}
