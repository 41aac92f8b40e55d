import { type ReactElement, useId, useState } from 'react'
import type { OwnUsage } from '../api/types.ts'
import { scaleOf } from '../charts/scale.ts'
import { Ticks } from '../charts/ticks.tsx'
import { useWidth } from '../charts/use-width.ts'
import { formatDate, formatPeriod } from '../format/dates.ts'
import { formatUnits } from '../format/money.ts'
import { useSay } from './language.ts'
import { useSession } from './session.ts'

/** Until it is measured. */
const WIDTH = 640
const HEIGHT = 180
const LEFT = 48
const TOP = 10
const BOTTOM = 24
const BAR_WIDTH_MAX = 56
/** A label of a period has room in so many pixels. */
const LABEL_WIDTH = 90

/** The units of one charge in each of some periods as bars, the oldest first; with a choice where there are several. */
export function UsageBars({ periods }: { readonly periods: readonly OwnUsage[] }): ReactElement | null {
  const say = useSay()
  const id = useId()
  const [chosen, setChosen] = useState('')
  const names = [...new Set(periods.flatMap(({ charges }) => charges.map(({ name }) => name)))]
  const name = names.includes(chosen) ? chosen : names[0]
  if (name === undefined || periods.length < 2) return null
  return (
    <figure className="portal-bars">
      {names.length > 1 && (
        <div className="field portal-choice">
          <label htmlFor={id}>{say('item')}</label>
          <select id={id} className="input" value={name} onChange={(event) => setChosen(event.target.value)}>
            {names.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </div>
      )}
      <Bars name={name} periods={periods} />
    </figure>
  )
}

/** Charges of the same name are added up. */
function unitsOf(usage: OwnUsage, name: string): number {
  return usage.charges
    .filter((charge) => charge.name === name)
    .reduce((sum, { units }) => sum + Number(units), 0)
}

function Bars(props: { readonly name: string; readonly periods: readonly OwnUsage[] }): ReactElement {
  const { name, periods } = props
  const say = useSay()
  const { customer } = useSession()
  const [measured, width] = useWidth(WIDTH)
  const units = periods.map((usage) => unitsOf(usage, name))
  const top = Math.max(...units, 1)
  const y = scaleOf(top, HEIGHT - BOTTOM, TOP)
  const slot = (width - LEFT) / periods.length
  const barWidth = Math.min(slot * 0.6, BAR_WIDTH_MAX)
  const step = Math.max(1, Math.ceil(LABEL_WIDTH / slot))
  const says = periods.map(({ from, to }, n) => {
    return `${formatPeriod(from, to, customer.timezone)}: ${formatUnits(String(units[n]))}`
  })
  return (
    <div role="img" aria-label={`${say('unitsByPeriod', { name })}. ${says.join('; ')}`}>
      <svg
        ref={measured}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        className="portal-chart"
        aria-hidden="true"
        focusable="false"
      >
        <Ticks top={top} y={y} left={LEFT} right={width} />
        {periods.map(({ from }, n) => {
          const height = y(Math.max(units[n] ?? 0, 0))
          const middle = LEFT + slot * (n + 0.5)
          return (
            <g key={from}>
              <rect
                x={middle - barWidth / 2}
                y={height}
                width={barWidth}
                height={Math.max(HEIGHT - BOTTOM - height, 0)}
                rx="2"
                className="portal-bar"
              >
                <title>{says[n]}</title>
              </rect>
              {(periods.length - 1 - n) % step === 0 && (
                <text x={middle} y={HEIGHT - 8} className="axis-text" textAnchor="middle">
                  {formatDate(from, customer.timezone)}
                </text>
              )}
            </g>
          )
        })}
      </svg>
    </div>
  )
}
