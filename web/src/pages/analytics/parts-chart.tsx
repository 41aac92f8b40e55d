import type { ReactElement } from 'react'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { monthName } from '../../charts/revenue-chart.tsx'
import { scaleOf } from '../../charts/scale.ts'
import { Ticks } from '../../charts/ticks.tsx'
import { hasLabel, useWidth } from '../../charts/use-width.ts'
import { formatCents, toMajor } from '../../format/money.ts'

/** What a part of a month comes to. */
export type MonthPart = { readonly month: string; readonly part: string; readonly cents: string }

/** Until it is measured. */
const WIDTH = 900
const HEIGHT = 220
const LEFT = 48
const TOP = 10
const BOTTOM = 24
/** As many as there are colours. */
const COLOURS = 8

/** Amounts by month as bars, side by side for each part. Only heights are computed from the API's figures. */
export function PartsChart(props: {
  readonly label: string
  readonly currency: string
  readonly parts: readonly MonthPart[]
}): ReactElement {
  const { label, currency, parts } = props
  const [measured, width] = useWidth(WIDTH)
  const months = [...new Set(parts.map(({ month }) => month))].sort()
  const names = [...new Set(parts.map(({ part }) => part))]
  const sizeOf = ({ cents }: MonthPart) => Math.max(Number(toMajor(cents, currency)), 0)
  const top = Math.max(...parts.map(sizeOf), 1)
  const y = scaleOf(top, HEIGHT - BOTTOM, TOP)
  const slot = (width - LEFT) / months.length
  const barWidth = Math.min((slot * 0.7) / names.length, 40)
  const last = parts.at(-1)
  return (
    <div className="stack">
      <ul className="legend">
        {names.map((name, n) => (
          <li key={name}>
            <svg width="10" height="10" aria-hidden="true" focusable="false">
              <rect width="10" height="10" rx="2" className={`part-${(n % COLOURS) + 1}`} />
            </svg>
            {name}
          </li>
        ))}
      </ul>
      <ChartFrame
        label={`${label} by month`}
        summary={
          last ? `${monthName(last.month, 'long')}, ${last.part}: ${formatCents(last.cents, currency)}.` : ''
        }
        columns={['Month', 'Part', label]}
        rows={parts.map(({ month, part, cents }) => [
          monthName(month, 'long'),
          part,
          formatCents(cents, currency),
        ])}
      >
        <svg
          ref={measured}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          className="chart"
          aria-hidden="true"
          focusable="false"
        >
          <Ticks top={top} y={y} left={LEFT} right={width} />
          {parts.map((each) => {
            const n = names.indexOf(each.part)
            const middle = LEFT + slot * (months.indexOf(each.month) + 0.5)
            const height = y(sizeOf(each))
            return (
              <rect
                key={`${each.month} ${each.part}`}
                x={middle - (barWidth * names.length) / 2 + barWidth * n}
                y={height}
                width={Math.max(barWidth - 2, 1)}
                height={Math.max(HEIGHT - BOTTOM - height, 0)}
                rx="2"
                className={`part-${(n % COLOURS) + 1}`}
              >
                <title>{`${monthName(each.month, 'long')}, ${each.part}: ${formatCents(each.cents, currency)}`}</title>
              </rect>
            )
          })}
          {months.map(
            (month, n) =>
              hasLabel(n, months.length, slot) && (
                <text
                  key={month}
                  x={LEFT + slot * (n + 0.5)}
                  y={HEIGHT - 8}
                  className="axis-text"
                  textAnchor="middle"
                >
                  {monthName(month, 'short')}
                </text>
              ),
          )}
        </svg>
      </ChartFrame>
    </div>
  )
}
