import type { ReactElement } from 'react'
import { ChartFrame } from './chart-frame.tsx'

/** A bar of a picture: its length comes from `size`, what it says is `value`. */
export type BarRow = { readonly label: string; readonly size: number; readonly value: string }

/** Bars with their names on the left, and the same as a table. */
export function BarRows(props: {
  readonly label: string
  readonly summary: string
  readonly columns: readonly [name: string, value: string]
  readonly rows: readonly BarRow[]
}): ReactElement {
  const { rows } = props
  const most = Math.max(...rows.map(({ size }) => size), 1)
  return (
    <ChartFrame
      label={props.label}
      summary={props.summary}
      columns={props.columns}
      rows={rows.map(({ label, value }) => [label, value])}
    >
      <div className="bar-rows">
        {rows.map(({ label, size, value }) => (
          <div key={label} className="bar-row">
            <span>{label}</span>
            <svg
              viewBox="0 0 100 10"
              preserveAspectRatio="none"
              className="bar-line"
              aria-hidden="true"
              focusable="false"
            >
              <rect width="100" height="10" className="bar-track" />
              <rect width={(Math.max(size, 0) / most) * 100} height="10" className="chart-bar" />
            </svg>
            <span className="number">{value}</span>
          </div>
        ))}
      </div>
    </ChartFrame>
  )
}
