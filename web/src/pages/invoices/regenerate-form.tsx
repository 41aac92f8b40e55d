import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useOne } from '../../api/queries.ts'
import type { Invoice } from '../../api/types.ts'
import { formatCents, formatPrice, formatUnits } from '../../format/money.ts'
import { DecimalInput } from '../../parts/fields.tsx'
import { type Form, FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { feeName } from './fee-name.ts'
import {
  checkRegeneration,
  linesOfInvoice,
  type RegenerateValues,
  regenerateBody,
} from './regenerate-values.ts'

/** Replaces a voided invoice by a new one whose lines are kept, left out or changed. */
export function RegenerateInvoice(): ReactElement {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const query = useOne<Invoice>(`/invoices/${encodeURIComponent(id)}`, 'invoice')
  return (
    <LoadedPage title="Regenerate invoice" query={query}>
      {(invoice) => <RegenerateForm invoice={invoice} />}
    </LoadedPage>
  )
}

function RegenerateForm({ invoice }: { readonly invoice: Invoice }): ReactElement {
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const back = at(`/invoices/${invoice.lago_id}`)
  const form = useForm<RegenerateValues>({
    initial: { lines: linesOfInvoice(invoice) },
    check: checkRegeneration,
    toWrite: (values) => ({
      method: 'POST',
      path: `/api/weir/v1/invoices/${invoice.lago_id}/regenerate`,
      body: { invoice: regenerateBody(values, invoice) },
    }),
    onDone: (answer) => {
      const { invoice: made } = answer as { invoice: Invoice }
      toasts.success(`${made.number} takes the place of ${invoice.number}.`)
      go(at(`/invoices/${made.lago_id}`))
    },
  })
  return (
    <Page
      title={`Replace ${invoice.number}`}
      crumbs={[
        { label: 'Invoices', href: at('/invoices') },
        { label: invoice.number, href: back },
      ]}
    >
      <FormPage
        form={form}
        verb="Create the new invoice"
        onCancel={() => go(back)}
        effect="It gets a new number and is final at once. Taxes, coupons and credits are those of today."
      >
        <Section
          title="Lines"
          help={`${formatCents(invoice.total_amount_cents, invoice.currency)} were billed. Empty fields keep what was billed.`}
        >
          <LineTable form={form} invoice={invoice} />
        </Section>
      </FormPage>
    </Page>
  )
}

function LineTable(props: {
  readonly form: Form<RegenerateValues>
  readonly invoice: Invoice
}): ReactElement {
  const { form, invoice } = props
  const { lines } = form.values
  const error = form.errorOf('fees')
  const set = (id: string, change: object) =>
    form.set(
      'lines',
      lines.map((line) => (line.id === id ? { ...line, ...change } : line)),
    )
  return (
    <div id="field-fees" tabIndex={-1} className="stack-tight">
      <div className="table-box" role="region" aria-label="Lines to bill again" tabIndex={0}>
        <table className="table">
          <caption className="visually-hidden">Lines to bill again</caption>
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col" className="number">
                Was billed
              </th>
              <th scope="col" className="number">
                Units
              </th>
              <th scope="col" className="number">
                Unit price
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => {
              const fee = (invoice.fees ?? []).find(({ lago_id }) => lago_id === line.id)
              if (!fee) return null
              const name = feeName(fee)
              return (
                <tr key={line.id}>
                  <td>
                    <label className="check">
                      <input
                        type="checkbox"
                        checked={line.isKept}
                        onChange={(event) => set(line.id, { isKept: event.target.checked })}
                      />
                      {name}
                    </label>
                  </td>
                  <td className="number">{formatCents(fee.amount_cents, invoice.currency)}</td>
                  <td className="number note-amount">
                    <DecimalInput
                      label={`Units of ${name}`}
                      value={line.units}
                      onChange={(units) => set(line.id, { units })}
                      isLocked={!line.isKept}
                      placeholder={formatUnits(fee.units)}
                    />
                  </td>
                  <td className="number note-amount">
                    <DecimalInput
                      label={`Unit price of ${name}`}
                      value={line.unitAmount}
                      onChange={(unitAmount) => set(line.id, { unitAmount })}
                      isLocked={!line.isKept}
                      placeholder={formatPrice(fee.precise_unit_amount, invoice.currency)}
                    />
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {error && <p className="field-error">{error}</p>}
    </div>
  )
}
