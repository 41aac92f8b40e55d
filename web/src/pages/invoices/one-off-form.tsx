import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactElement, useEffect, useState } from 'react'
import { type ApiProblem, send } from '../../api/client.ts'
import { textOfProblem } from '../../api/problem-texts.ts'
import { OWN_API, useList } from '../../api/queries.ts'
import { useMay, useOrganization } from '../../api/session.ts'
import type { AddOn, Customer, Invoice, OneOffPreview, Tax } from '../../api/types.ts'
import { CURRENCIES } from '../../format/countries.ts'
import { formatCents, formatPrice, formatRate, formatUnits } from '../../format/money.ts'
import { CustomerField } from '../../parts/customer-field.tsx'
import { Row, SelectField, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { useView } from '../../parts/list.tsx'
import { Card, Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { OneOffLines } from './one-off-lines.tsx'
import { checkOneOff, newLine, type OneOffValues, oneOffBody, problemOfLine } from './one-off-values.ts'
import { taxRounding } from './tax-rounding.ts'

/** Sells add-ons once, outside of subscriptions. */
export function NewOneOff(): ReactElement {
  const view = useView()
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const { default_currency } = useOrganization()
  // That of the amounts as typed: the form depends on it, and it on the customer that the form names.
  const [currency, setCurrency] = useState(default_currency)
  const addOns = useList<AddOn>('/add_ons', 'add_ons', { per_page: 500 })
  const taxes = useList<Tax>(
    '/taxes',
    'taxes',
    { per_page: 200 },
    { enabled: useMay()('organization:taxes:view') },
  )
  const form = useForm<OneOffValues>({
    initial: { ...NEW, external_customer_id: view.get('customer') },
    check: (values) => checkOneOff(values, currency),
    draft: 'one-off invoice',
    toWrite: (values) => ({
      method: 'POST',
      path: '/invoices',
      body: { invoice: oneOffBody(values, currency) },
    }),
    onDone: (answer) => {
      const { invoice } = answer as { invoice: Invoice }
      toasts.success(`${invoice.number} was made.`)
      go(at(`/invoices/${invoice.lago_id}`))
    },
  })
  const payer = usePayer(form.values.external_customer_id)
  const wanted = form.values.currency || payer?.currency || default_currency
  useEffect(() => setCurrency(wanted), [wanted])
  const preview = usePreviewOf(form.values, currency)
  return (
    <Page title="New one-off invoice" crumbs={[{ label: 'Invoices', href: at('/invoices') }]}>
      <div className="form-with-preview">
        <FormPage
          form={form}
          verb="Create invoice"
          onCancel={() => go(at('/invoices'))}
          effect="It gets its number at once, and its payment starts. Its lines cannot be changed afterwards."
        >
          <Section title="Who">
            <CustomerField name="external_customer_id" />
            <Row>
              <SelectField
                name="currency"
                label="Currency"
                placeholder={`The customer's (${payer?.currency ?? default_currency})`}
                options={CURRENCIES.map((value) => ({ value, label: value }))}
              />
              <TextField name="purchase_order_number" label="Purchase order number" />
            </Row>
          </Section>
          <Section title="Lines" help="Name, price and taxes of an add-on can differ on this invoice.">
            <OneOffLines form={form} addOns={addOns} taxes={taxes} currency={currency} />
          </Section>
        </FormPage>
        <Totals preview={preview.data} problem={preview.error} />
      </div>
    </Page>
  )
}

const NEW: OneOffValues = {
  external_customer_id: '',
  currency: '',
  purchase_order_number: '',
  lines: [newLine()],
}

function usePayer(externalId: string): Customer | undefined {
  const found = useList<Customer>(
    '/customers',
    'customers',
    { search_term: externalId, per_page: 20 },
    { enabled: externalId !== '' },
  )
  return found.data?.rows.find(({ external_id }) => external_id === externalId)
}

/** The amounts as the server would bill them, of the lines that are whole. */
function usePreviewOf(values: OneOffValues, currency: string) {
  const { slug } = useOrganization()
  const lines = values.lines.filter((line) => problemOfLine(line, currency) === undefined)
  const body = { invoice: oneOffBody({ ...values, lines }, currency) }
  return useQuery<OneOffPreview, ApiProblem>({
    queryKey: [slug, 'one-off-preview', body],
    queryFn: async ({ signal }) => {
      type Answer = { one_off_preview: OneOffPreview }
      return (await send<Answer>('POST', `${OWN_API}/one_off_previews`, body, signal)).one_off_preview
    },
    enabled: values.external_customer_id !== '' && lines.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  })
}

function Totals(props: {
  readonly preview: OneOffPreview | undefined
  readonly problem: ApiProblem | null
}): ReactElement {
  const { preview, problem } = props
  return (
    <aside className="preview" aria-label="Totals">
      <Card title="Totals">
        {problem && (
          <p className="notice notice-danger" role="alert">
            {problem.code === 'customer_not_found' ? 'There is no such customer.' : textOfProblem(problem)}
          </p>
        )}
        {!problem && !preview && (
          <p className="muted">Choose a customer and an add-on to see what it comes to.</p>
        )}
        {!problem && preview && <Bill preview={preview} />}
      </Card>
    </aside>
  )
}

function Bill({ preview }: { readonly preview: OneOffPreview }): ReactElement {
  const { currency } = preview
  const rounding = taxRounding(preview)
  return (
    <div className="bill bill-plain">
      <table className="table">
        <caption className="visually-hidden">Lines of the invoice</caption>
        <tbody>
          {preview.fees.map((fee, at) => (
            <tr key={at}>
              <td>
                {fee.name}
                <div className="caption">
                  {formatUnits(fee.units)} × {formatPrice(fee.precise_unit_amount, currency)}
                </div>
              </td>
              <td className="number">{formatCents(fee.amount_cents, currency)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Without tax</th>
            <td className="number">{formatCents(preview.fees_amount_cents, currency)}</td>
          </tr>
          {preview.applied_taxes.map((tax) => (
            <tr key={tax.tax_code}>
              <th scope="row">
                {tax.tax_name} ({formatRate(tax.tax_rate)})
              </th>
              <td className="number">{formatCents(tax.amount_cents, currency)}</td>
            </tr>
          ))}
          {rounding !== 0 && (
            <tr>
              <th scope="row">Rounding of the taxes</th>
              <td className="number">{formatCents(rounding, currency)}</td>
            </tr>
          )}
          <tr className="bill-total">
            <th scope="row">Total</th>
            <td className="number" data-testid="one-off-total">
              {formatCents(preview.total_amount_cents, currency)}
            </td>
          </tr>
        </tfoot>
      </table>
    </div>
  )
}
