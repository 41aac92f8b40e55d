import { type ReactElement, useId, useState } from 'react'
import type { OwnUsage, OwnUsageDays } from '../api/types.ts'
import { scaleOf } from '../charts/scale.ts'
import { Ticks } from '../charts/ticks.tsx'
import { useWidth } from '../charts/use-width.ts'
import { formatDate, formatDay, formatPeriod } from '../format/dates.ts'
import { formatUnits } from '../format/money.ts'
import { useSay } from './language.ts'

/** Until it is measured. */
const WIDTH = 640
const HEIGHT = 180
const LEFT = 48
const TOP = 10
const BOTTOM = 24
const BAR_WIDTH_MAX = 56
/** A label of a period has room in so many pixels. */
const LABEL_WIDTH = 90
/** And another one before the last label, which ends with its bar, in so many times that. */
const LAST_LABEL_ROOM = 1.25

/** The units of one charge in each of some spans as bars, the oldest first; with a choice where there are several. */
export function UsageBars({ caption, spans }: BarsProps): ReactElement | null {
  const say = useSay()
  const id = useId()
  const [chosen, setChosen] = useState('')
  const names = [...new Set(spans.flatMap(({ units }) => [...units.keys()]))]
  const name = names.includes(chosen) ? chosen : names[0]
  if (name === undefined || spans.length < 2) return null
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
      <figcaption className="muted">{say(caption, { name })}</figcaption>
      <Bars name={name} caption={caption} spans={spans} />
    </figure>
  )
}

type BarsProps = {
  /** What the chart shows, with a place for the name of the charge. */
  readonly caption: 'unitsByPeriod' | 'unitsByDay'
  readonly spans: readonly Span[]
}

/** A period or a day, with its units by the names of charges. */
export type Span = {
  readonly key: string
  /** Below its bar. */
  readonly label: string
  readonly title: string
  readonly units: ReadonlyMap<string, number>
}

/** Past periods as spans; charges of the same name are added up. */
export function spansOfPeriods(periods: readonly OwnUsage[], zone: string): readonly Span[] {
  return periods.map(({ from, to, charges }) => ({
    key: from,
    label: formatDate(from, zone),
    title: formatPeriod(from, to, zone),
    units: addedUp(charges),
  }))
}

/** The days of a period as spans. */
export function spansOfDays(charges: readonly OwnUsageDays[]): readonly Span[] {
  const dates = charges[0]?.days.map(({ date }) => date) ?? []
  return dates.map((date, n) => ({
    key: date,
    label: formatDay(date),
    title: formatDay(date),
    units: addedUp(charges.map(({ name, days }) => ({ name, units: days[n]?.units ?? '0' }))),
  }))
}

function addedUp(charges: readonly { readonly name: string; readonly units: string }[]): Map<string, number> {
  const units = new Map<string, number>()
  for (const each of charges) units.set(each.name, (units.get(each.name) ?? 0) + Number(each.units))
  return units
}

function Bars({ name, caption, spans }: BarsProps & { readonly name: string }): ReactElement {
  const say = useSay()
  const [measured, width] = useWidth(WIDTH)
  const units = spans.map((span) => span.units.get(name) ?? 0)
  const top = Math.max(...units, 1)
  const y = scaleOf(top, HEIGHT - BOTTOM, TOP)
  const slot = (width - LEFT) / spans.length
  const barWidth = Math.min(slot * 0.6, BAR_WIDTH_MAX)
  const step = Math.max(1, Math.ceil(LABEL_WIDTH / slot))
  const says = spans.map(({ title }, n) => `${title}: ${formatUnits(String(units[n]))}`)
  return (
    <div role="img" aria-label={`${say(caption, { name })}. ${says.join('; ')}`}>
      <svg
        ref={measured}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        className="portal-chart"
        aria-hidden="true"
        focusable="false"
      >
        <Ticks top={top} y={y} left={LEFT} right={width} />
        {spans.map(({ key, label }, n) => {
          const height = y(Math.max(units[n] ?? 0, 0))
          const middle = LEFT + slot * (n + 0.5)
          // The label of the last narrow bar ends with it, so that it is not cut off.
          const isLast = n === spans.length - 1 && step > 1
          const hasRoom =
            step === 1 || (middle > LABEL_WIDTH / 2 && width - middle > LABEL_WIDTH * LAST_LABEL_ROOM)
          return (
            <g key={key}>
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
              {(spans.length - 1 - n) % step === 0 && (isLast || hasRoom) && (
                <text
                  x={isLast ? width : middle}
                  y={HEIGHT - 8}
                  className="axis-text"
                  textAnchor={isLast ? 'end' : 'middle'}
                >
                  {label}
                </text>
              )}
            </g>
          )
        })}
      </svg>
    </div>
  )
}
