import type { ReactElement } from 'react'
import { formatShort } from '../format/money.ts'
import { niceTicks } from './scale.ts'

/** The horizontal lines of a chart with what they stand for, up to `top`. */
export function Ticks(props: {
  readonly top: number
  readonly y: (value: number) => number
  /** Where the lines begin and end. */
  readonly left: number
  readonly right: number
}): ReactElement[] {
  const { top, y, left, right } = props
  return niceTicks(top, 4).map((tick) => (
    <g key={tick}>
      <line x1={left} x2={right} y1={y(tick)} y2={y(tick)} className="grid-line" />
      <text x={left - 8} y={y(tick) + 4} className="axis-text" textAnchor="end">
        {formatShort(tick)}
      </text>
    </g>
  ))
}
