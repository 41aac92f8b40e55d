import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { type ApiProblem, send } from '../../api/client.ts'
import { API } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import type { Invoice, Subscription } from '../../api/types.ts'
import { formatDay } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { Card } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { feeName, filterText } from '../invoices/fee-name.ts'

/** A bill that is shown and not made; the server builds it as it builds every bill. */
export function usePreview(body: object, isOn = true) {
  const { slug } = useOrganization()
  return useQuery<Invoice, ApiProblem>({
    queryKey: [slug, 'invoice-preview', body],
    queryFn: async ({ signal }) =>
      (await send<{ invoice: Invoice }>('POST', `${API}/invoices/preview`, body, signal)).invoice,
    enabled: isOn,
    retry: false,
  })
}

/** The lines and the total of a previewed bill. */
export function PreviewLines({ invoice }: { readonly invoice: Invoice }): ReactElement {
  const { currency } = invoice
  const reductions: readonly (readonly [string, number])[] = [
    ['Billed before', invoice.progressive_billing_credit_amount_cents],
    ['Coupons', invoice.coupons_amount_cents],
    ['Credit notes', invoice.credit_notes_amount_cents],
    ['Prepaid credits', invoice.prepaid_credit_amount_cents],
  ]
  const fees = (invoice.fees ?? []).filter(({ amount_cents }) => amount_cents !== 0)
  return (
    <div className="bill bill-plain">
      <table className="table">
        <caption className="visually-hidden">Lines of the invoice</caption>
        <tbody>
          {fees.map((fee, at) => (
            <tr key={at}>
              <td>
                {feeName(fee)}
                {filterText(fee) && <span className="muted"> · {filterText(fee)}</span>}
              </td>
              <td className="number">{formatCents(fee.amount_cents, currency)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Taxes</th>
            <td className="number">{formatCents(invoice.taxes_amount_cents, currency)}</td>
          </tr>
          {reductions
            .filter(([, cents]) => cents > 0)
            .map(([label, cents]) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td className="number">−{formatCents(cents, currency)}</td>
              </tr>
            ))}
          <tr className="bill-total">
            <th scope="row">Total</th>
            <td className="number">{formatCents(invoice.total_amount_cents, currency)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

/** The next invoice of a subscription as it stands now. */
export function NextInvoice({ subscription }: { readonly subscription: Subscription }): ReactElement {
  const query = usePreview({
    customer: { external_id: subscription.external_customer_id },
    subscriptions: { external_ids: [subscription.external_id] },
  })
  const day = query.data?.issuing_date
  return (
    <Card title="Next invoice" aside={day ? <span className="muted">{formatDay(day)}</span> : undefined}>
      <Loaded query={query} rows={3}>
        {(invoice) => (
          <>
            <PreviewLines invoice={invoice} />
            <p className="caption">As of now. Usage until the end of the period is still to come.</p>
          </>
        )}
      </Loaded>
    </Card>
  )
}
