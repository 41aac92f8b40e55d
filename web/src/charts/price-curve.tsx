import { type PointerEvent, type ReactElement, useState } from 'react'
import { formatPrice, formatShort, formatUnits } from '../format/money.ts'
import { ChartFrame } from './chart-frame.tsx'
import { niceTicks, scaleOf } from './scale.ts'
import { Ticks } from './ticks.tsx'
import { useWidth } from './use-width.ts'

export type CurvePoint = { readonly units: string; readonly amount: string }

/** Until it is measured. */
const WIDTH = 420
const HEIGHT = 190
const LEFT = 56
const RIGHT = 20
// Room for the name of the axis above its highest number.
const TOP = 26
const BOTTOM = 26

type CurveProps = {
  readonly name: string
  readonly points: readonly CurvePoint[]
  readonly currency: string
  /** The units that are looked at now. */
  readonly units: string
  readonly onUnits?: ((units: string) => void) | undefined
}

/** What units cost in total, with the present usage as a marker that can be dragged. Figures come from the server. */
export function PriceCurve({ name, points, currency, units, onUnits }: CurveProps): ReactElement | null {
  const [measured, width] = useWidth(WIDTH)
  const [isDragging, setDragging] = useState(false)
  const last = points.at(-1)
  if (!last || points.length < 2) return null
  // Only positions on the screen are computed from these numbers.
  const at = points.map((point) => ({ x: Number(point.units), y: Number(point.amount) }))
  const xMax = Number(last.units)
  const yMax = Math.max(...at.map(({ y }) => y), 0.000001)
  const x = scaleOf(xMax, LEFT, width - RIGHT)
  const y = scaleOf(yMax, HEIGHT - BOTTOM, TOP)
  const here = nearest(points, Number(units))
  const path = at
    .map((point, n) => `${n === 0 ? 'M' : 'L'}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`)
    .join('')
  const drag = (event: PointerEvent) => {
    if (!onUnits) return
    const box = event.currentTarget.getBoundingClientRect()
    const share = ((event.clientX - box.left) / box.width) * width
    const value = ((share - LEFT) / (width - RIGHT - LEFT)) * xMax
    onUnits(String(Math.round(Math.min(Math.max(value, 0), xMax))))
  }
  return (
    <ChartFrame
      label={`${name}: price by units`}
      summary={`${formatUnits(here.units)} units cost ${formatPrice(here.amount, currency)}; ${formatUnits(last.units)} units cost ${formatPrice(last.amount, currency)}.`}
      columns={['Units', 'Total']}
      rows={points.map((point) => [formatUnits(point.units), formatPrice(point.amount, currency)])}
    >
      <svg
        ref={measured}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        className={onUnits ? 'chart chart-drag' : 'chart'}
        data-testid="price-curve"
        onPointerDown={(event) => {
          setDragging(true)
          event.currentTarget.setPointerCapture(event.pointerId)
          drag(event)
        }}
        onPointerMove={(event) => isDragging && drag(event)}
        onPointerUp={() => setDragging(false)}
        aria-hidden="true"
        focusable="false"
      >
        <Ticks top={yMax} y={y} left={LEFT} right={width - RIGHT} />
        {niceTicks(xMax, 5).map((tick) => (
          <text key={tick} x={x(tick)} y={HEIGHT - 10} className="axis-text" textAnchor="middle">
            {formatShort(tick)}
          </text>
        ))}
        <path d={`${path}L${x(xMax)} ${y(0)}L${x(0)} ${y(0)}Z`} className="curve-area" />
        <path d={path} className="curve-line" />
        <line
          x1={x(Math.min(Number(units), xMax))}
          x2={x(Math.min(Number(units), xMax))}
          y1={TOP}
          y2={HEIGHT - BOTTOM}
          className="marker-line"
        />
        <circle cx={x(Math.min(Number(units), xMax))} cy={y(Number(here.amount))} r="5" className="marker" />
        <text x={0} y={10} className="axis-text">
          {currency} by units
        </text>
      </svg>
    </ChartFrame>
  )
}

/** The computed point that is nearest to some units. */
function nearest(points: readonly CurvePoint[], units: number): CurvePoint {
  const first = points[0] ?? { units: '0', amount: '0' }
  return points.reduce(
    (best, each) =>
      Math.abs(Number(each.units) - units) < Math.abs(Number(best.units) - units) ? each : best,
    first,
  )
}
