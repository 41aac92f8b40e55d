import { type ReactElement, type ReactNode, useMemo, useState } from 'react'
import { useMay } from '../../api/session.ts'
import type { AdjustedFee, Invoice } from '../../api/types.ts'
import { formatPeriod } from '../../format/dates.ts'
import { formatCents, formatPrice, formatRate, formatUnits } from '../../format/money.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { Facts } from '../../parts/page.tsx'
import { AdjustFee, UndoAdjustment, useAdjustedFees } from './adjust-fee.tsx'
import { FeeLines } from './fee-lines.tsx'
import { feeName, type InvoiceFee } from './fee-name.ts'
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
  const all = useMemo(() => [...(invoice.fees ?? [])].sort((a, b) => rank(a) - rank(b)), [invoice.fees])
  const used = useMemo(() => all.filter((fee) => !isEmpty(fee)), [all])
  const empty = all.length - used.length
  const shown = showsEmpty ? all : used
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
          <FeeLines invoice={invoice} fees={shown} zone={zone} adjusted={adjusted} onOpen={setOpened} />
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
