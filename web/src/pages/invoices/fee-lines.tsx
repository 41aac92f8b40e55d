import { memo, type ReactElement, useDeferredValue } from 'react'
import type { AdjustedFee, Invoice } from '../../api/types.ts'
import { formatPeriod } from '../../format/dates.ts'
import { formatCents, formatRate, formatUnits } from '../../format/money.ts'
import { Link, useAt } from '../../parts/link.tsx'
import { None } from '../../parts/page.tsx'
import { Tag } from '../../parts/status.tsx'
import { feeName, filterText, type InvoiceFee } from './fee-name.ts'
import { unitPriceText } from './unit-price.ts'

/** As many lines as fill any screen; the others of an invoice of thousands are drawn after them. */
const FIRST_LINES = 100

/** The lines of an invoice by subscription. They are not drawn again when one of them is opened. */
export const FeeLines = memo(function FeeLines(props: {
  readonly invoice: Invoice
  /** In the order in which they are shown. */
  readonly fees: readonly InvoiceFee[]
  readonly zone: string
  readonly adjusted: ReadonlyMap<string, AdjustedFee>
  readonly onOpen: (fee: InvoiceFee) => void
}): ReactElement {
  const { invoice, zone, adjusted, onOpen } = props
  const count = useDeferredValue(props.fees.length, FIRST_LINES)
  return (
    <>
      {[...bySubscription(props.fees.slice(0, count))].map(([subscription, fees]) => (
        <tbody key={subscription ?? 'none'}>
          {subscription && (
            <tr className="group-row">
              <th scope="rowgroup" colSpan={6}>
                <SubscriptionName invoice={invoice} externalId={subscription} />
              </th>
            </tr>
          )}
          {fees.map((fee) => (
            <FeeRow
              key={fee.lago_id ?? fee.item.code}
              fee={fee}
              zone={zone}
              isAdjusted={adjusted.has(fee.lago_id ?? '')}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      ))}
    </>
  )
})

function bySubscription(fees: readonly InvoiceFee[]): ReadonlyMap<string | null, readonly InvoiceFee[]> {
  const groups = new Map<string | null, InvoiceFee[]>()
  for (const fee of fees) {
    const owner = fee.external_subscription_id ?? null
    const group = groups.get(owner)
    if (group) group.push(fee)
    else groups.set(owner, [fee])
  }
  return groups
}

function SubscriptionName(props: { readonly invoice: Invoice; readonly externalId: string }): ReactElement {
  const at = useAt()
  const subscription = props.invoice.subscriptions?.find(
    ({ external_id }) => external_id === props.externalId,
  )
  return (
    <Link href={at(`/subscriptions/${encodeURIComponent(props.externalId)}`)}>
      {subscription?.name || props.externalId}
    </Link>
  )
}

const FeeRow = memo(function FeeRow(props: {
  readonly fee: InvoiceFee
  readonly zone: string
  readonly isAdjusted: boolean
  readonly onOpen: (fee: InvoiceFee) => void
}): ReactElement {
  const { fee, zone } = props
  const currency = fee.amount_currency
  const filter = filterText(fee)
  return (
    <tr>
      <td>
        <button type="button" className="link-button" onClick={() => props.onOpen(fee)}>
          {feeName(fee)}
        </button>
        {filter && <span className="muted"> · {filter}</span>}
        {props.isAdjusted && ' '}
        {props.isAdjusted && <Tag>Changed by hand</Tag>}
      </td>
      <td className="muted nowrap" data-title="Period">
        {formatPeriod(fee.from_date, fee.to_date, zone)}
      </td>
      <td className="number" data-title="Units">
        {formatUnits(fee.units)}
      </td>
      <td className="number" data-title="Unit price">
        {unitPriceText(fee)}
      </td>
      <td className="number" data-title="Tax">
        {fee.taxes_rate ? formatRate(fee.taxes_rate) : <None />}
      </td>
      <td className="number" data-title="Amount">
        {formatCents(fee.amount_cents, currency)}
      </td>
    </tr>
  )
})
