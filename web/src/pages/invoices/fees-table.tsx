import { type ReactElement, type ReactNode, useState } from 'react'
import { useMay } from '../../api/session.ts'
import type { AdjustedFee, Invoice } from '../../api/types.ts'
import { formatPeriod } from '../../format/dates.ts'
import { formatCents, formatPrice, formatRate, formatUnits } from '../../format/money.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { Facts, None } from '../../parts/page.tsx'
import { Tag } from '../../parts/status.tsx'
import { AdjustFee, UndoAdjustment, useAdjustedFees } from './adjust-fee.tsx'
import { feeName, filterText, type InvoiceFee } from './fee-name.ts'
import { taxRounding } from './tax-rounding.ts'
import { unitPriceText } from './unit-price.ts'

const ORDER = ['subscription', 'commitment', 'fixed_charge', 'charge', 'add_on', 'credit']
const rank = (fee: InvoiceFee): number => ORDER.indexOf(fee.item.type)

const isEmpty = (fee: InvoiceFee): boolean =>
  fee.amount_cents === 0 && Number(fee.units) === 0 && fee.item.type === 'charge'

/** The lines of an invoice by subscription, and its totals in the order in which they come about. */
export function FeesTable({ invoice }: { readonly invoice: Invoice }): ReactElement {
  const [showsEmpty, setShowsEmpty] = useState(false)
  const [opened, setOpened] = useState<InvoiceFee | null>(null)
  const [changed, setChanged] = useState<InvoiceFee | null>(null)
  const adjusted = useAdjustedFees(invoice)
  const mayAdjust = useMay()('invoices:update') && invoice.status === 'draft'
  const zone = invoice.customer?.applicable_timezone ?? 'UTC'
  const all = [...(invoice.fees ?? [])].sort((a, b) => rank(a) - rank(b))
  const empty = all.filter(isEmpty).length
  const shown = showsEmpty ? all : all.filter((fee) => !isEmpty(fee))
  const owners = [...new Set(shown.map((fee) => fee.external_subscription_id))]
  const groups = owners.map(
    (owner) => [owner, shown.filter((fee) => fee.external_subscription_id === owner)] as const,
  )
  return (
    <section className="card card-flush" aria-label="Lines">
      <div className="table-box" role="region" aria-label="Lines of the invoice" tabIndex={0}>
        <table className="table fees">
          <caption className="visually-hidden">Lines of the invoice</caption>
          <thead>
            <tr>
              <th scope="col">Item</th>
              <th scope="col">Period</th>
              <th scope="col" className="number">
                Units
              </th>
              <th scope="col" className="number">
                Unit price
              </th>
              <th scope="col" className="number">
                Tax
              </th>
              <th scope="col" className="number">
                Amount
              </th>
            </tr>
          </thead>
          {groups.map(([subscription, fees]) => (
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
                  onOpen={() => setOpened(fee)}
                />
              ))}
            </tbody>
          ))}
        </table>
      </div>
      {empty > 0 && (
        <div className="card-note">
          <Button kind="quiet" onClick={() => setShowsEmpty(!showsEmpty)} aria-expanded={showsEmpty}>
            {showsEmpty ? 'Hide' : 'Show'} {empty} {empty === 1 ? 'line' : 'lines'} without usage
          </Button>
        </div>
      )}
      <Totals invoice={invoice} />
      {opened && (
        <FeeDialog
          fee={opened}
          zone={zone}
          onClose={() => setOpened(null)}
          actions={
            mayAdjust && (
              <FeeActions invoice={invoice} fee={opened} {...{ adjusted, setOpened, setChanged }} />
            )
          }
        />
      )}
      {changed && <AdjustFee invoice={invoice} fee={changed} onClose={() => setChanged(null)} />}
    </section>
  )
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

function FeeRow(props: {
  readonly fee: InvoiceFee
  readonly zone: string
  readonly isAdjusted: boolean
  readonly onOpen: () => void
}): ReactElement {
  const { fee, zone } = props
  const currency = fee.amount_currency
  const filter = filterText(fee)
  return (
    <tr>
      <td>
        <button type="button" className="link-button" onClick={props.onOpen}>
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
}

function Totals({ invoice }: { readonly invoice: Invoice }): ReactElement {
  const { currency } = invoice
  const rounding = taxRounding(invoice)
  const minus = (label: string, cents: number | null): [string, string] | null =>
    cents ? [label, `−${formatCents(cents, currency)}`] : null
  const rows: readonly ([string, string] | null)[] = [
    minus('Billed before', invoice.progressive_billing_credit_amount_cents),
    minus('Coupons', invoice.coupons_amount_cents),
    ['Subtotal without tax', formatCents(invoice.sub_total_excluding_taxes_amount_cents, currency)],
    ...invoice.applied_taxes.map((tax): [string, string] => [
      `${tax.tax_name} (${formatRate(tax.tax_rate)})`,
      formatCents(tax.amount_cents, currency),
    ]),
    rounding === 0 ? null : ['Rounding of the taxes', formatCents(rounding, currency)],
    ['Subtotal with tax', formatCents(invoice.sub_total_including_taxes_amount_cents, currency)],
    minus('Credit notes', invoice.credit_notes_amount_cents),
    minus('Prepaid credits', invoice.prepaid_credit_amount_cents),
  ]
  return (
    <table className="totals">
      <caption className="visually-hidden">Totals of the invoice</caption>
      <tbody>
        {rows
          .filter((row) => row !== null)
          .map(([label, value]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td className="number">{value}</td>
            </tr>
          ))}
        <tr className="bill-total">
          <th scope="row">Total</th>
          <td className="number" data-testid="invoice-total">
            {formatCents(invoice.total_amount_cents, currency)}
          </td>
        </tr>
        {invoice.status === 'finalized' && (
          <>
            <tr>
              <th scope="row">Paid</th>
              <td className="number">{formatCents(invoice.total_paid_amount_cents, currency)}</td>
            </tr>
            <tr>
              <th scope="row">Due</th>
              <td className="number">{formatCents(invoice.total_due_amount_cents, currency)}</td>
            </tr>
          </>
        )}
      </tbody>
    </table>
  )
}

/** What can be done with a line of a draft. */
function FeeActions(props: {
  readonly invoice: Invoice
  readonly fee: InvoiceFee
  readonly adjusted: ReadonlyMap<string, AdjustedFee>
  readonly setOpened: (fee: null) => void
  readonly setChanged: (fee: InvoiceFee) => void
}): ReactElement {
  const { invoice, fee, setOpened, setChanged } = props
  const adjusted = props.adjusted.get(fee.lago_id ?? '')
  if (adjusted) return <UndoAdjustment invoice={invoice} adjusted={adjusted} onDone={() => setOpened(null)} />
  const change = () => {
    setOpened(null)
    setChanged(fee)
  }
  return (
    <Button icon="edit" onClick={change}>
      Change this line
    </Button>
  )
}

type Range = Readonly<Record<string, unknown>>

/** How the price of a line came about. */
function FeeDialog(props: {
  readonly fee: InvoiceFee
  readonly zone: string
  readonly onClose: () => void
  readonly actions: ReactNode
}): ReactElement {
  const { fee, zone, onClose } = props
  const at = useAt()
  const currency = fee.amount_currency
  const details = fee.amount_details as Range
  const ranges = (details.graduated_ranges ?? details.graduated_percentage_ranges ?? []) as readonly Range[]
  const events = `/developers/events?code=${encodeURIComponent(fee.item.code)}&subscription=${encodeURIComponent(fee.external_subscription_id ?? '')}`
  return (
    <Dialog title={feeName(fee)} isOpen onClose={onClose} isWide actions={props.actions}>
      <div className="stack">
        <Facts
          facts={[
            ['Period', formatPeriod(fee.from_date, fee.to_date, zone)],
            ['Units', formatUnits(fee.units)],
            ['Unit price', unitPriceText(fee)],
            ['Amount before rounding', formatPrice(fee.precise_amount, currency)],
            ['Amount', formatCents(fee.amount_cents, currency)],
            ['Taxes', formatCents(fee.taxes_amount_cents, currency)],
            ['With taxes', formatCents(fee.total_amount_cents, currency)],
            ['Events', fee.events_count === null ? null : fee.events_count.toLocaleString()],
          ]}
        />
        {ranges.length > 0 && <Tiers ranges={ranges} currency={currency} />}
        {fee.item.type === 'charge' && <Link href={at(events)}>See the events</Link>}
      </div>
    </Dialog>
  )
}

function Tiers({
  ranges,
  currency,
}: {
  readonly ranges: readonly Range[]
  readonly currency: string
}): ReactElement {
  const text = (value: unknown) => (value === null || value === undefined ? '' : String(value))
  return (
    <table className="table">
      <caption className="visually-hidden">Price by tier</caption>
      <thead>
        <tr>
          <th scope="col">Tier</th>
          <th scope="col" className="number">
            Units
          </th>
          <th scope="col" className="number">
            Flat
          </th>
          <th scope="col" className="number">
            Total
          </th>
        </tr>
      </thead>
      <tbody>
        {ranges.map((range, at) => (
          <tr key={at}>
            <td>
              {formatUnits(text(range.from_value))} –{' '}
              {range.to_value === null ? '∞' : formatUnits(text(range.to_value))}
            </td>
            <td className="number">{formatUnits(text(range.units))}</td>
            <td className="number">{formatPrice(text(range.flat_unit_amount), currency)}</td>
            <td className="number">{formatPrice(text(range.total_with_flat_amount), currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
