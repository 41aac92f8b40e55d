import type { ClipboardEvent, KeyboardEvent, ReactElement } from 'react'
import { formatPrice, formatRate, formatUnits } from '../../format/money.ts'
import { readTyped } from '../../format/typed-number.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { DecimalInput } from '../../parts/fields.tsx'
import { boundAfter, type Tier } from './plan-values.ts'

type GridProps = {
  readonly label: string
  readonly tiers: readonly Tier[]
  readonly onChange: (tiers: readonly Tier[]) => void
  readonly currency: string
  readonly isRate: boolean
  readonly error: string | undefined
}

/** The tiers of a price: bounds stay contiguous, arrow keys move between cells, rows can be pasted from a sheet. */
export function TierGrid({ label, tiers, onChange, currency, isRate, error }: GridProps): ReactElement {
  const set = (at: number, change: Partial<Tier>) => onChange(linked(tiers, at, change))
  const paste = (event: ClipboardEvent, at: number) => {
    const rows = pastedTiers(event.clipboardData.getData('text'))
    if (rows.length < 2) return
    event.preventDefault()
    onChange(relinked([...tiers.slice(0, at), ...rows]))
  }
  return (
    <div className="tier-grid">
      <table className="table" onKeyDown={moveInGrid}>
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            <th scope="col" className="number">
              From
            </th>
            <th scope="col">To</th>
            <th scope="col">{isRate ? 'Rate, %' : `Per unit, ${currency}`}</th>
            <th scope="col">Flat, {currency}</th>
            <th scope="col">
              <span className="visually-hidden">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tiers.map((tier, at) => (
            <tr key={at} onPaste={(event) => paste(event, at)}>
              <td className="number">{formatUnits(tier.from || '0')}</td>
              <td>
                {at === tiers.length - 1 ? (
                  <span className="muted">and above</span>
                ) : (
                  <DecimalInput
                    label={`Tier ${at + 1}, to`}
                    value={tier.to}
                    onChange={(to) => set(at, { to })}
                  />
                )}
              </td>
              <td>
                <DecimalInput
                  label={`Tier ${at + 1}, ${isRate ? 'rate' : 'price per unit'}`}
                  value={tier.price}
                  onChange={(price) => set(at, { price })}
                />
              </td>
              <td>
                <DecimalInput
                  label={`Tier ${at + 1}, flat fee`}
                  value={tier.flat}
                  onChange={(flat) => set(at, { flat })}
                />
              </td>
              <td>
                {tiers.length > 1 && (
                  <IconButton
                    icon="trash"
                    label={`Remove tier ${at + 1}`}
                    onClick={() => onChange(relinked(tiers.filter((_, index) => index !== at)))}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {error && <p className="field-error">{error}</p>}
      <div className="line-between">
        <Button icon="plus" onClick={() => onChange(withSplit(tiers))}>
          Add tier
        </Button>
        <span className="help">Rows can be pasted from a spreadsheet.</span>
      </div>
      <ul className="tier-words">
        {tiers.map((tier, at) => (
          <li key={at}>{tierWords(tier, at, currency, isRate)}</li>
        ))}
      </ul>
    </div>
  )
}

/** A changed tier; the next one starts where it ends. */
function linked(tiers: readonly Tier[], at: number, change: Partial<Tier>): readonly Tier[] {
  const to = change.to
  return tiers.map((tier, index) => {
    if (index === at) return { ...tier, ...change }
    return to !== undefined && index === at + 1 ? { ...tier, from: boundAfter(to) } : tier
  })
}

/** Tiers that start at 0, follow one another and end open. */
function relinked(tiers: readonly Tier[]): readonly Tier[] {
  return tiers.map((tier, at) => {
    const before = tiers[at - 1]
    const from = before ? boundAfter(before.to) : '0'
    return { ...tier, from, to: at === tiers.length - 1 ? '' : tier.to }
  })
}

/** One more tier: the last one is split at ten times its start. */
function withSplit(tiers: readonly Tier[]): readonly Tier[] {
  const last = tiers.at(-1)
  if (!last) return [{ from: '0', to: '', price: '', flat: '0' }]
  const start = /^\d+$/.test(last.from) ? BigInt(last.from) : 0n
  const to = String(start <= 1n ? 100n : (start - 1n) * 10n)
  return [
    ...tiers.slice(0, -1),
    { ...last, to },
    { from: boundAfter(to), to: '', price: last.price, flat: '0' },
  ]
}

/** The tiers of pasted rows: `to, price, flat` or `from, to, price, flat`, separated by tabs, semicolons or commas. */
export function pastedTiers(text: string): readonly Tier[] {
  const separator = text.includes('\t') ? '\t' : text.includes(';') ? ';' : ','
  const rows = text
    .trim()
    .split(/\r?\n/)
    .map((row) => row.split(separator).map((cell) => cell.trim()))
    .filter((cells) => cells.some((cell) => /\d/.test(cell)))
  return rows.map((cells) => {
    const [to = '', price = '', flat = '0'] = cells.length >= 4 ? cells.slice(1) : cells
    return {
      from: '',
      // The last bound may be a word: "and above".
      to: /\d/.test(to) ? readTyped(to) : '',
      price: readTyped(price.replace('%', '')),
      flat: readTyped(flat) || '0',
    }
  })
}

function tierWords(tier: Tier, at: number, currency: string, isRate: boolean): string {
  const range =
    tier.to === ''
      ? at === 0
        ? 'All units'
        : `From ${formatUnits(tier.from || '0')} up`
      : at === 0
        ? `The first ${formatUnits(tier.to)}`
        : `Then up to ${formatUnits(tier.to)}`
  const price = isRate ? formatRate(tier.price || '0') : `${formatPrice(tier.price || '0', currency)} each`
  const hasFlat = Number(tier.flat) > 0
  return `${range}: ${price}${hasFlat ? `, and ${formatPrice(tier.flat, currency)} once the tier is reached` : ''}.`
}

/** Up and down move to the same cell of the next row. */
function moveInGrid(event: KeyboardEvent<HTMLTableElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1, Enter: 1 }[event.key]
  const cell = (event.target as HTMLElement).closest('td')
  if (step === undefined || !cell || event.ctrlKey || event.metaKey) return
  const row = cell.parentElement
  const next = step > 0 ? row?.nextElementSibling : row?.previousElementSibling
  const target = next?.children[cell.cellIndex]?.querySelector('input')
  if (!target) return
  event.preventDefault()
  target.focus()
  target.select()
}
