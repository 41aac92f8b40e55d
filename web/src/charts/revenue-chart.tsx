import type { ReactElement } from 'react'
import { formatCents, toMajor } from '../format/money.ts'
import { ChartFrame } from './chart-frame.tsx'
import { scaleOf } from './scale.ts'
import { Ticks } from './ticks.tsx'
import { hasLabel, useWidth } from './use-width.ts'

export type RevenueMonth = { readonly month: string; readonly cents: string }

/** Until it is measured. */
const WIDTH = 900
const HEIGHT = 200
const LEFT = 48
const TOP = 10
const BOTTOM = 24

/** The name of a month, with its year when it is long. */
export const monthName = (month: string, style: 'short' | 'long'): string =>
  new Intl.DateTimeFormat(navigator.language, {
    month: style,
    year: style === 'long' ? 'numeric' : undefined,
    timeZone: 'UTC',
  }).format(new Date(month))

/** Amounts by month as bars. The figures are those of the API; only heights are computed from them. */
export function RevenueChart(props: {
  readonly months: readonly RevenueMonth[]
  readonly currency: string
  /** What the bars are. */
  readonly label?: string
}): ReactElement | null {
  const { months, currency, label = 'Revenue' } = props
  const [measured, width] = useWidth(WIDTH)
  if (months.length === 0) return null
  const heights = months.map(({ cents }) => Number(toMajor(cents, currency)))
  const top = Math.max(...heights, 1)
  const y = scaleOf(top, HEIGHT - BOTTOM, TOP)
  const slot = (width - LEFT) / months.length
  const last = months.at(-1)
  return (
    <ChartFrame
      label={`${label} by month`}
      summary={last ? `${monthName(last.month, 'long')}: ${formatCents(last.cents, currency)}.` : ''}
      columns={['Month', label]}
      rows={months.map(({ month, cents }) => [monthName(month, 'long'), formatCents(cents, currency)])}
    >
      <svg
        ref={measured}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        className="chart chart-months"
        aria-hidden="true"
        focusable="false"
        data-testid="revenue"
      >
        <Ticks top={top} y={y} left={LEFT} right={width} />
        {months.map(({ month, cents }, n) => {
          const barWidth = Math.min(slot * 0.6, 56)
          const x = LEFT + slot * n + (slot - barWidth) / 2
          const height = heights[n] ?? 0
          return (
            <g key={month}>
              <rect
                x={x}
                y={y(height)}
                width={barWidth}
                height={Math.max(HEIGHT - BOTTOM - y(height), 0)}
                rx="3"
                className="chart-bar"
              >
                <title>{`${monthName(month, 'long')}: ${formatCents(cents, currency)}`}</title>
              </rect>
              {hasLabel(n, months.length, slot) && (
                <text x={x + barWidth / 2} y={HEIGHT - 8} className="axis-text" textAnchor="middle">
                  {monthName(month, 'short')}
                </text>
              )}
            </g>
          )
        })}
      </svg>
    </ChartFrame>
  )
}
