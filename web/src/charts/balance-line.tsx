import type { ReactElement } from 'react'
import { formatDate, formatTime } from '../format/dates.ts'
import { formatCents, toMajor } from '../format/money.ts'
import { ChartFrame } from './chart-frame.tsx'
import { scaleOf } from './scale.ts'
import { Ticks } from './ticks.tsx'
import { useWidth } from './use-width.ts'

export type BalancePoint = { readonly at: string; readonly balance_cents: number }

/** Until it is measured. */
const WIDTH = 640
const HEIGHT = 200
const LEFT = 56
const RIGHT = 16
const TOP = 16
const BOTTOM = 26
const DAY_MS = 86_400_000

/** What a wallet held over time as steps, and in a dashed line until when it lasts. Figures come from the server. */
export function BalanceLine(props: {
  readonly name: string
  readonly points: readonly BalancePoint[]
  readonly currency: string
  /** What is left after the usage that is not invoiced yet. */
  readonly ongoingCents: number
  readonly now: number
  readonly emptyAt: string | null
}): ReactElement | null {
  const { name, points, currency, ongoingCents, now, emptyAt } = props
  const [measured, width] = useWidth(WIDTH)
  const [first] = points
  const last = points.at(-1)
  if (!first || !last) return null
  // Only positions on the screen are computed from these numbers.
  const height = (cents: number) => Number(toMajor(cents, currency))
  // A wallet that is new today still gets a day of width.
  const start = Math.min(Date.parse(first.at), now - DAY_MS)
  const end = Math.max(emptyAt ? Date.parse(emptyAt) : now, now)
  const x = (at: number) => scaleOf(end - start, LEFT, width - RIGHT)(at - start)
  const top = Math.max(...points.map(({ balance_cents }) => height(balance_cents)), height(ongoingCents), 1)
  const y = scaleOf(top, HEIGHT - BOTTOM, TOP)
  const path = stepsOf(
    points.map((point) => [x(Date.parse(point.at)), y(height(point.balance_cents))]),
    x(now),
  )
  const forecast = emptyAt
    ? `M${x(now).toFixed(1)} ${y(height(ongoingCents)).toFixed(1)}L${x(Date.parse(emptyAt)).toFixed(1)} ${y(0)}`
    : null
  const until = emptyAt ? ` At this pace it is empty on ${formatDate(emptyAt)}.` : ''
  return (
    <ChartFrame
      label={`${name}: balance over time`}
      summary={`${formatCents(last.balance_cents, currency)} now, ${formatCents(ongoingCents, currency)} after current usage.${until}`}
      columns={['From', 'Balance']}
      rows={points.map((point) => [formatTime(point.at), formatCents(point.balance_cents, currency)])}
    >
      <svg
        ref={measured}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        className="chart"
        data-testid="balance-line"
        aria-hidden="true"
        focusable="false"
      >
        <Ticks top={top} y={y} left={LEFT} right={width - RIGHT} />
        <text x={LEFT} y={HEIGHT - 8} className="axis-text">
          {formatDate(new Date(start).toISOString())}
        </text>
        <text x={width - RIGHT} y={HEIGHT - 8} className="axis-text" textAnchor="end">
          {formatDate(new Date(end).toISOString())}
        </text>
        <path d={`${path}V${y(0)}H${x(Date.parse(first.at)).toFixed(1)}Z`} className="curve-area" />
        <path d={path} className="curve-line" />
        {forecast && <path d={forecast} className="forecast-line" />}
        <circle cx={x(now)} cy={y(height(last.balance_cents))} r="4" className="marker" />
      </svg>
    </ChartFrame>
  )
}

/** A path that keeps each height until the next point, and the last one until `end`. */
export function stepsOf(points: readonly (readonly [x: number, y: number])[], end: number): string {
  const [first] = points
  if (!first) return ''
  const steps = points.slice(1).map(([x, y]) => `H${x.toFixed(1)}V${y.toFixed(1)}`)
  return `M${first[0].toFixed(1)} ${first[1].toFixed(1)}${steps.join('')}H${Math.max(end, first[0]).toFixed(1)}`
}
